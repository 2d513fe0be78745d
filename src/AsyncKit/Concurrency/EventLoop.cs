using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using AsyncKit.Errors;
using AsyncKit.Synchronization;

namespace AsyncKit.Concurrency;

/// <summary>One thread on which asynchronous code runs one step at a time, as in Python's asyncio or a
/// browser.</summary>
/// <remarks>
/// <para>Between two awaits of code on the loop nothing else of the loop runs: what only such code touches needs no
/// lock. <c>await</c> comes back to the loop by its <see cref="SynchronizationContext"/>; code that awaits with
/// <c>ConfigureAwait(false)</c> leaves it.</para>
/// <para><b>Order.</b> Steps run in the order in which they became ready.</para>
/// <para><b>The end.</b> The loop of <see cref="Run(Func{CancellationToken, ValueTask}, EventLoopOptions?,
/// CancellationToken)"/> ends when its work has, that of <see cref="Start"/> when it is completed or disposed. What is
/// left is cancelled or drained, as <see cref="EventLoopOptions.Leftovers"/> says, and what has not ended then is told
/// to <see cref="EventLoopOptions.OnLeftover"/>. Known are the work of <see cref="RunAsync{T}(Func{CancellationToken,
/// ValueTask{T}}, string?, CancellationToken)"/> and <c>async void</c> methods; a task that was started and not awaited
/// is known to nobody. What comes back after the end goes on in the thread pool, one step at a time as before.</para>
/// <para><b>Faults</b> of work are those of its task. What callbacks and <c>async void</c> methods throw goes to
/// <see cref="EventLoopOptions.OnUnhandled"/>.</para>
/// <para>All members are thread-safe; <see cref="Post"/> and <see cref="RunAsync{T}(Func{CancellationToken,
/// ValueTask{T}}, string?, CancellationToken)"/> are the way in from other threads.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}: {_pump.Calls.Count} calls")]
public sealed class EventLoop : IAsyncDisposable
{
    [ThreadStatic]
    private static EventLoop? _current;

    private readonly LoopPump _pump;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isToEnd;

    private EventLoop(EventLoopOptions options)
    {
        Name = options.Name;
        _pump = new LoopPump(options, new CancellationTokenSource());
    }

    /// <summary>The loop that the calling code runs on; <see langword="null"/> when it runs on none.</summary>
    public static EventLoop? Current => _current;

    /// <summary>Its name in reports, and of its thread, if it was given one.</summary>
    public string? Name { get; }

    /// <summary>Whether the calling code runs on this loop.</summary>
    public bool IsCurrent => _pump.IsCurrent;

    /// <summary>Runs tasks on the loop.</summary>
    public TaskScheduler Scheduler => _pump.Scheduler;

    /// <summary>Runs work on a loop on the calling thread, and returns when it has ended, and what it has left
    /// behind.</summary>
    /// <param name="main">The work. Its token is cancelled with the caller's, and when the loop is to end.</param>
    /// <param name="options">How the loop runs; the defaults when <see langword="null"/>.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    /// <exception cref="ArgumentNullException"><paramref name="main"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The caller runs on an event loop already: await instead.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, and the work ended by it.</exception>
    [OverloadResolutionPriority(1)]
    public static void Run(
        Func<CancellationToken, ValueTask> main,
        EventLoopOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(main);
        Run(
            async token =>
            {
                await main(token).ConfigureAwait(false);
                return true;
            },
            options,
            cancellationToken);
    }

    /// <inheritdoc cref="Run(Func{CancellationToken, ValueTask}, EventLoopOptions?, CancellationToken)"/>
    public static void Run(
        Func<CancellationToken, Task> main,
        EventLoopOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(main);
        Run(token => new ValueTask(main(token)), options, cancellationToken);
    }

    /// <summary>Runs work that gives a value on a loop on the calling thread.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <returns>The value.</returns>
    /// <inheritdoc cref="Run(Func{CancellationToken, ValueTask}, EventLoopOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(1)]
    public static T Run<T>(
        Func<CancellationToken, ValueTask<T>> main,
        EventLoopOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(main);
        options?.ThrowIfInvalid(nameof(options));
        if (_current is not null)
            throw new InvalidOperationException($"The caller runs on {_current} already: await the work instead.");
        cancellationToken.ThrowIfCancellationRequested();
        var loop = new EventLoop(options ?? new EventLoopOptions());
        return loop.RunHere(main, cancellationToken);
    }

    /// <inheritdoc cref="Run{T}(Func{CancellationToken, ValueTask{T}}, EventLoopOptions?, CancellationToken)"/>
    public static T Run<T>(
        Func<CancellationToken, Task<T>> main,
        EventLoopOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(main);
        return Run(token => new ValueTask<T>(main(token)), options, cancellationToken);
    }

    /// <summary>Starts a loop on a background thread of its own.</summary>
    /// <param name="options">How it runs; the defaults when <see langword="null"/>.</param>
    /// <returns>The loop: complete or dispose it to end it.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static EventLoop Start(EventLoopOptions? options = null)
    {
        options?.ThrowIfInvalid(nameof(options));
        var loop = new EventLoop(options ?? new EventLoopOptions());
        new Thread(loop.RunOnOwnThread) { IsBackground = true, Name = loop.Name ?? nameof(EventLoop) }.UnsafeStart();
        return loop;
    }

    /// <summary>Runs an application until its work has ended or a signal asks it to, and says how it ended.</summary>
    /// <remarks>
    /// <para>To be returned by <c>async Task&lt;int&gt; Main</c>. The first SIGINT (Ctrl+C), SIGTERM, SIGHUP or SIGQUIT
    /// cancels the token; the second ends the process at once, as without this. When the work has ended,
    /// <see cref="ApplicationOptions.Background"/> is drained.</para>
    /// <para>The work runs where the caller does; it needs no event loop, and gets none.</para>
    /// </remarks>
    /// <param name="main">The work, which gives the exit code.</param>
    /// <param name="options">How to end; the defaults when <see langword="null"/>.</param>
    /// <returns>The exit code: that of the work; 128 and the number of the signal when the work was cancelled by one;
    /// 1 when it faulted, and the fault is printed.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="main"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    [OverloadResolutionPriority(1)]
    public static Task<int> RunApplicationAsync(
        Func<CancellationToken, ValueTask<int>> main, ApplicationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(main);
        options?.ThrowIfInvalid(nameof(options));
        return new ApplicationRun(options ?? new ApplicationOptions(), new CancellationTokenSource()).RunAsync(main);
    }

    /// <inheritdoc cref="RunApplicationAsync(Func{CancellationToken, ValueTask{int}}, ApplicationOptions?)"/>
    public static Task<int> RunApplicationAsync(
        Func<CancellationToken, Task<int>> main, ApplicationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(main);
        return RunApplicationAsync(token => new ValueTask<int>(main(token)), options);
    }

    /// <summary>From any thread: lets a callback run on the loop.</summary>
    /// <remarks>It has the <see cref="AsyncLocal{T}"/> values of the caller.</remarks>
    /// <param name="callback">The callback.</param>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is <see langword="null"/>.</exception>
    /// <exception cref="ObjectDisposedException">The loop has ended.</exception>
    public void Post(Action callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        bool isTaken = (!_isToEnd || IsCurrent) && _pump.TryPost(LoopStep.Of(_pump, callback));
        ObjectDisposedException.ThrowIf(!isTaken, this);
    }

    /// <summary>From any thread: runs work on the loop.</summary>
    /// <param name="work">The work. Its token is cancelled with the caller's, and when the loop is to end.</param>
    /// <param name="name">What it is called in reports.</param>
    /// <param name="cancellationToken">The caller's token. Cancelled before the turn of the work has come, that is not
    /// started.</param>
    /// <returns>A task that ends as the work does.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="work"/> is <see langword="null"/>.</exception>
    /// <exception cref="ObjectDisposedException">The loop has ended, or is to.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the loop was to end, and the work ended
    /// by it.</exception>
    [OverloadResolutionPriority(1)]
    public Task RunAsync(
        Func<CancellationToken, ValueTask> work, string? name = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return RunAsync(
            async token =>
            {
                await work(token).ConfigureAwait(false);
                return true;
            },
            name ?? work.Method.Name,
            cancellationToken);
    }

    /// <inheritdoc cref="RunAsync(Func{CancellationToken, ValueTask}, string?, CancellationToken)"/>
    public Task RunAsync(
        Func<CancellationToken, Task> work, string? name = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return RunAsync(token => new ValueTask(work(token)), name ?? work.Method.Name, cancellationToken);
    }

    /// <summary>From any thread: runs work that gives a value on the loop.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <returns>The value.</returns>
    /// <inheritdoc cref="RunAsync(Func{CancellationToken, ValueTask}, string?, CancellationToken)"/>
    [OverloadResolutionPriority(1)]
    public Task<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> work, string? name = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<T>(cancellationToken);
        var call = new LoopCall<T>(name ?? work.Method.Name, _pump, work, cancellationToken);
        bool isTaken = (!_isToEnd || IsCurrent) && _pump.Calls.TryAdd(call);
        ObjectDisposedException.ThrowIf(!isTaken, this);
        call.Watch();
        if (_pump.TryPost(LoopStep.Of(_pump, call.Start))) return call.End;

        // The loop has ended since.
        call.Withdraw();
        throw new ObjectDisposedException(ToString());
    }

    /// <inheritdoc cref="RunAsync{T}(Func{CancellationToken, ValueTask{T}}, string?, CancellationToken)"/>
    public Task<T> RunAsync<T>(
        Func<CancellationToken, Task<T>> work, string? name = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return RunAsync(token => new ValueTask<T>(work(token)), name ?? work.Method.Name, cancellationToken);
    }

    /// <summary>Takes no more work from outside, and waits until what is left was cancelled or drained and the loop has
    /// ended.</summary>
    /// <returns>A task that completes when it has.</returns>
    /// <exception cref="InvalidOperationException">The caller runs on the loop, which cannot end meanwhile.</exception>
    public Task CompleteAsync()
    {
        if (IsCurrent)
            throw new InvalidOperationException($"{this} cannot end while code on it waits for that: do it elsewhere.");
        _isToEnd = true;
        _pump.Wake();
        return _ended.Task;
    }

    /// <summary>Ends the loop as <see cref="CompleteAsync"/> does. On the loop itself it only begins the end. Never
    /// throws.</summary>
    /// <returns>A task that completes when the loop has ended.</returns>
    public ValueTask DisposeAsync()
    {
        _isToEnd = true;
        _pump.Wake();
        return IsCurrent ? default : new ValueTask(_ended.Task);
    }

    /// <summary>Names it in reports, such as <c>EventLoop "ui"</c>.</summary>
    /// <returns>The type with its name, if it has one.</returns>
    public override string ToString() => WatchedWait.NameOf(nameof(EventLoop), Name);

    private T RunHere<T>(Func<CancellationToken, ValueTask<T>> main, CancellationToken cancellationToken)
    {
        _current = this;
        try
        {
            Task<T> end = RunAsync(main, "main", cancellationToken);
            end.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_pump.Wake);
            _pump.Run(() => end.IsCompleted || _isToEnd);
            Exception[] faults = [.. end.Exception?.InnerExceptions ?? [], .. _pump.Faults];
            if (faults is [var only]) ExceptionDispatchInfo.Throw(only);
            if (faults is not []) throw new AggregateException(faults);
            if (!end.IsCompleted)
                throw new TimeoutException($"The work of {this} did not end in the time it was given.");
            return end.GetAwaiter().GetResult();
        }
        finally
        {
            _isToEnd = true;
            _current = null;
            _ended.SetResult();
            _pump.Rest();
        }
    }

    private void RunOnOwnThread()
    {
        _current = this;
        _pump.Run(() => _isToEnd);
        foreach (Exception fault in _pump.Faults) Unhandled.Throw(fault);
        _ended.SetResult();
        _pump.Rest();
    }
}
