using System.Diagnostics;
using System.Runtime.CompilerServices;
using AsyncKit.Diagnostics;
using AsyncKit.Synchronization;

namespace AsyncKit.Concurrency;

/// <summary>Runs children that never outlive it: structured concurrency.</summary>
/// <remarks>
/// <para><b>Scope.</b> <see cref="RunAsync(Func{TaskGroup, ValueTask}, TaskGroupOptions, CancellationToken)"/> runs a
/// body that is given the group, and completes when the body and all children have ended. Children may run further
/// children. A group inside another is given the token of the outer one.</para>
/// <para><b>Children</b> start at once in the call, as any asynchronous method, and go on in the context of who called,
/// up to <see cref="TaskGroupOptions.MaxConcurrency"/> at a time: the others wait, first come, first served. A child
/// that has ended is forgotten, so a group may run for ever.</para>
/// <para><b>Errors.</b> By default the first fault, of a child or of the body, cancels <see cref="CancellationToken"/>.
/// When all have ended the task faults: <c>await</c> throws the first fault, <see cref="Task.Exception"/> has each
/// once, in the order they happened. Cancellations that were asked for are not faults; an
/// <see cref="OperationCanceledException"/> that nobody asked for is. <see cref="TaskGroupOptions.Policy"/> has the
/// alternatives. The fault of a child that nobody awaits is not lost, and never unobserved.</para>
/// <para><b>Cancellation.</b> When the caller cancels and work was cut or skipped by it, the task ends cancelled with
/// the caller's token; by the timeout of the group, with a <see cref="TimeoutException"/>; by <see cref="Cancel"/>,
/// cancelled with the token of the group and the reason as message, whatever else it did. A fault is never dropped
/// because somebody also cancelled. When nothing was cut, the group gives its value.</para>
/// <para>Known as a nursery (Trio), <c>TaskGroup</c> (Python, Swift), <c>StructuredTaskScope</c> (Java). Thread-safe.
/// </para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}: RunningCount = {RunningCount}")]
public sealed class TaskGroup
{
    private readonly GroupScope _scope;
    private readonly ConcurrencyLimit? _limit;
    private int _watchedChildren;

    private TaskGroup(TaskGroupOptions options, GroupScope scope)
    {
        Name = options.Name;
        _scope = scope;
        if (options.MaxConcurrency is { } maxConcurrency) _limit = new ConcurrencyLimit(maxConcurrency, options.Name);
    }

    /// <summary>The token of the children: cancelled by the caller, by the timeout, by <see cref="Cancel"/>, and by a
    /// fault as the policy says.</summary>
    public CancellationToken CancellationToken => _scope.Token;

    /// <summary>The name in messages and reports, if it was given one.</summary>
    public string? Name { get; }

    /// <summary>How many children have not ended at this moment, those that wait for others among them.</summary>
    public int RunningCount => _scope.ChildCount;

    /// <summary>Runs a group.</summary>
    /// <param name="body">Starts the children. It begins in the call, in the context of the caller, and need not wait
    /// for them.</param>
    /// <param name="options">The policy, limits and name of the group; by default the first fault cancels all.</param>
    /// <param name="cancellationToken">The caller's token; cancelled before the call, nothing is started.</param>
    /// <returns>A task that completes when the body and all children have ended.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="body"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    [OverloadResolutionPriority(1)]
    public static Task RunAsync(
        Func<TaskGroup, ValueTask> body,
        TaskGroupOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        return RunAsync<bool>(
            async group =>
            {
                await body(group).ConfigureAwait(false);
                return true;
            },
            options,
            cancellationToken);
    }

    /// <inheritdoc cref="RunAsync(Func{TaskGroup, ValueTask}, TaskGroupOptions, CancellationToken)"/>
    public static Task RunAsync(
        Func<TaskGroup, Task> body, TaskGroupOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        return RunAsync(group => new ValueTask(body(group)), options, cancellationToken);
    }

    /// <summary>Runs a group whose body gives a value.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <returns>The value, when the body and all children have ended.</returns>
    /// <inheritdoc cref="RunAsync(Func{TaskGroup, ValueTask}, TaskGroupOptions, CancellationToken)"/>
    [OverloadResolutionPriority(1)]
    public static Task<T> RunAsync<T>(
        Func<TaskGroup, ValueTask<T>> body,
        TaskGroupOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        options ??= new TaskGroupOptions();
        options.ThrowIfInvalid(nameof(options));
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<T>(cancellationToken);
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = new TaskGroup(options, new GroupScope(options, cancellationToken)).RunBodyAsync(body, completion);
        return completion.Task;
    }

    /// <inheritdoc cref="RunAsync{T}(Func{TaskGroup, ValueTask{T}}, TaskGroupOptions, CancellationToken)"/>
    public static Task<T> RunAsync<T>(
        Func<TaskGroup, Task<T>> body, TaskGroupOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        return RunAsync(group => new ValueTask<T>(body(group)), options, cancellationToken);
    }

    /// <summary>Runs a child.</summary>
    /// <param name="child">The work; its token is that of the group. It is not begun when the group has been
    /// cancelled.</param>
    /// <param name="name">Its name in reports.</param>
    /// <returns>The task of the child. It need not be awaited: what goes wrong is told by the group.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="child"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">The group has ended.</exception>
    [OverloadResolutionPriority(1)]
    public Task Run(Func<CancellationToken, ValueTask> child, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(child);
        Enter();
        if (TrySkip()) return Task.FromCanceled(CancellationToken);
        if (_limit is not null) return _scope.LeaveAfter(RunLimitedAsync(child, name));
        WatchedChild? watched = Watch(name);
        if (watched is not null) child = watched.Beginning(child);
        Task running = ChildBeginning.RunAsync(child, CancellationToken);
        _scope.LeaveWith(running, name, watched);
        return running;
    }

    /// <inheritdoc cref="Run(Func{CancellationToken, ValueTask}, string)"/>
    public Task Run(Func<CancellationToken, Task> child, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(child);
        return Run(token => new ValueTask(child(token)), name);
    }

    /// <summary>Runs a child that gives a value.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <inheritdoc cref="Run(Func{CancellationToken, ValueTask}, string)"/>
    [OverloadResolutionPriority(1)]
    public Task<T> Run<T>(Func<CancellationToken, ValueTask<T>> child, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(child);
        Enter();
        if (TrySkip()) return Task.FromCanceled<T>(CancellationToken);
        if (_limit is not null) return _scope.LeaveAfter(RunLimitedAsync(child, name));
        WatchedChild? watched = Watch(name);
        if (watched is not null) child = watched.Beginning(child);
        Task<T> running = ChildBeginning<T>.RunAsync(child, CancellationToken);
        _scope.LeaveWith(running, name, watched);
        return running;
    }

    /// <inheritdoc cref="Run{T}(Func{CancellationToken, ValueTask{T}}, string)"/>
    public Task<T> Run<T>(Func<CancellationToken, Task<T>> child, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(child);
        return Run(token => new ValueTask<T>(child(token)), name);
    }

    /// <summary>Runs a child, and waits until it says that it is ready.</summary>
    /// <remarks>
    /// For a server that listens, a connection that is open: who calls can rely on it. What the child throws before it
    /// is ready goes to the caller, and to nobody else; what it throws later is a fault of a child.
    /// </remarks>
    /// <param name="child">The work; it calls what it is given once, when it is ready.</param>
    /// <param name="name">Its name in reports.</param>
    /// <returns>A task that completes when the child is ready.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="child"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">
    /// The group has ended; or, from the task, the child has ended without being ready.
    /// </exception>
    [OverloadResolutionPriority(1)]
    public Task StartAsync(Func<Action, CancellationToken, ValueTask> child, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(child);
        return StartAsync<bool>((ready, token) => child(() => ready(true), token), name);
    }

    /// <inheritdoc cref="StartAsync(Func{Action, CancellationToken, ValueTask}, string)"/>
    public Task StartAsync(Func<Action, CancellationToken, Task> child, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(child);
        return StartAsync<bool>((ready, token) => new ValueTask(child(() => ready(true), token)), name);
    }

    /// <summary>Runs a child, and waits until it says with what it is ready: a port, an address.</summary>
    /// <typeparam name="T">The type of what it is ready with.</typeparam>
    /// <returns>What the child is ready with.</returns>
    /// <inheritdoc cref="StartAsync(Func{Action, CancellationToken, ValueTask}, string)"/>
    [OverloadResolutionPriority(1)]
    public Task<T> StartAsync<T>(Func<Action<T>, CancellationToken, ValueTask> child, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(child);
        var start = new ChildStart<T>(child);
        start.Follow(Run(start.RunAsync, name), CancellationToken);
        return start.Ready;
    }

    /// <inheritdoc cref="StartAsync{T}(Func{Action{T}, CancellationToken, ValueTask}, string)"/>
    public Task<T> StartAsync<T>(Func<Action<T>, CancellationToken, Task> child, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(child);
        return StartAsync<T>((ready, token) => new ValueTask(child(ready, token)), name);
    }

    /// <summary>Cancels the group, which ends cancelled when all have ended.</summary>
    /// <remarks>The first reason counts. A group that has ended, or is cancelled already, is left as it is.</remarks>
    /// <param name="reason">The message of the <see cref="OperationCanceledException"/> that the caller gets.</param>
    /// <exception cref="ArgumentException"><paramref name="reason"/> is <see langword="null"/> or empty.</exception>
    public void Cancel(string reason)
    {
        ArgumentException.ThrowIfNullOrEmpty(reason);
        _scope.Cancel(reason);
    }

    /// <summary>Names the group, such as <c>TaskGroup "dashboard"</c>.</summary>
    /// <returns>The type with its name, if it has one.</returns>
    public override string ToString() => WatchedWait.NameOf(nameof(TaskGroup), Name);

    private async Task RunBodyAsync<T>(Func<TaskGroup, ValueTask<T>> body, TaskCompletionSource<T> completion)
    {
        if (WatchedChild.IsWanted) AsyncDiagnostics.TaskBegun(this);
        T? value = default;
        try
        {
            value = await body(this).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            _scope.TakeFromBody(e);
        }

        _scope.LeaveAsBody();
        await _scope.DisposeAsync().ConfigureAwait(false);
        if (WatchedChild.IsWanted) AsyncDiagnostics.TaskEnded(this);
        _scope.Complete(completion, value, ToString());
    }

    private async Task RunLimitedAsync(Func<CancellationToken, ValueTask> child, string? name)
    {
        using WatchedChild? watched = Watch(name);
        watched?.Begin();
        using AsyncSemaphore.Lease permit = await AcquireAsync(watched).ConfigureAwait(true);
        Task running = ChildBeginning.RunAsync(child, CancellationToken);
        await TakeFromAsync(running, name).ConfigureAwait(false);
        await running.ConfigureAwait(false);
    }

    private async Task<T> RunLimitedAsync<T>(Func<CancellationToken, ValueTask<T>> child, string? name)
    {
        using WatchedChild? watched = Watch(name);
        watched?.Begin();
        using AsyncSemaphore.Lease permit = await AcquireAsync(watched).ConfigureAwait(true);
        Task<T> running = ChildBeginning<T>.RunAsync(child, CancellationToken);
        await TakeFromAsync(running, name).ConfigureAwait(false);
        return await running.ConfigureAwait(false);
    }

    // The group hears of a fault before the permit passes on: the next child does not begin in a group that has failed.
    private async ValueTask TakeFromAsync(Task running, string? name)
    {
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _scope.TakeFromChild(running, name);
    }

    private async ValueTask<AsyncSemaphore.Lease> AcquireAsync(WatchedChild? watched)
    {
        AsyncSemaphore.Lease permit = default;
        try
        {
            permit = await WaitForTurnAsync(watched).ConfigureAwait(false);
            // Granted while the token was being cancelled.
            CancellationToken.ThrowIfCancellationRequested();
            return permit;
        }
        catch (OperationCanceledException e)
        {
            permit.Dispose();
            _scope.TakeCut(e);
            throw;
        }
    }

    private ValueTask<AsyncSemaphore.Lease> WaitForTurnAsync(WatchedChild? watched) => watched is null
        ? _limit!.AcquireAsync(CancellationToken)
        : _limit!.AcquireAsync(watched.ToString(), CancellationToken);

    // None while nobody listens.
    private WatchedChild? Watch(string? name) => WatchedChild.IsWanted
        ? new WatchedChild(this, name ?? $"child {Interlocked.Increment(ref _watchedChildren)}")
        : null;

    private void Enter()
    {
        if (!_scope.TryEnter())
            throw new InvalidOperationException($"{this} has ended: its body and all children had, before this call.");
    }

    private bool TrySkip()
    {
        if (!CancellationToken.IsCancellationRequested) return false;
        _scope.Skip();
        return true;
    }
}
