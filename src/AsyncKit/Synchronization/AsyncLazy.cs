using System.Diagnostics;
using System.Runtime.CompilerServices;
using AsyncKit.Diagnostics;

namespace AsyncKit.Synchronization;

/// <summary>A value that is made asynchronously when it is first asked for, once for all who ask.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
/// <remarks>
/// <para><b>The factory</b> runs once for all callers, on the thread pool without a
/// <see cref="SynchronizationContext"/>, with the <see cref="ExecutionContext"/> of the caller that came first, and so
/// with its <see cref="AsyncLocal{T}"/> values. It must not ask for the value that it makes: it would wait for itself.
/// </para>
/// <para><b>Cancellation.</b> A caller's token is asked first, also when the value is there. It takes that caller away
/// and leaves nothing of it behind; the factory goes on for the others, and for those to come when all have left. Only
/// <see cref="Reset"/> cancels the token of the factory.</para>
/// <para><b>Errors.</b> When the factory fails, all who wait get what it threw, and the next call runs it again; or,
/// with <c>retryOnFailure: false</c>, the failure is kept, and all later callers get it too. An
/// <see cref="OperationCanceledException"/> that comes out of the factory is a failure like any other: callers get it
/// as it was thrown, and their tasks are cancelled although their own tokens are not. A failure that no caller ever
/// got, because all had left, goes to <see cref="TaskScheduler.UnobservedTaskException"/>.</para>
/// <para><b>Order.</b> Continuations of callers never run inside the factory or inside <see cref="Reset"/>.</para>
/// <para>Thread-safe. There is nothing to dispose; a value that is disposable is its users' to dispose.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}, IsValueCreated = {IsValueCreated}, Waiting = {WaiterCount}")]
public sealed class AsyncLazy<T>
{
    private readonly Func<CancellationToken, ValueTask<T>> _factory;
    private readonly bool _retryOnFailure;

    // Guards the fields below. Whoever waits, waits for the current run: there are no waiters without one. Not a Lock,
    // where an interrupt of the thread that completes the factory would lose those who wait.
    private SpinGate _gate;
    private LinkedList<LazyWaiter<T>> _waiters = new();
    private long _arrivals;

    // The current run, known by the source of its token; a run that ends and is not this one was superseded.
    private CancellationTokenSource? _run;

    // The value, or the failure that is kept: a task that has ended. Read without the lock on the fast path.
    private volatile Task<T>? _ended;

    /// <summary>Makes a lazy value. Nothing runs before it is asked for.</summary>
    /// <param name="factory">Makes the value; its token is cancelled by <see cref="Reset"/> only.</param>
    /// <param name="retryOnFailure">
    /// Whether the factory is run again by the next call after it has failed; otherwise the failure is kept.
    /// </param>
    /// <param name="name">A name for reports, or <see langword="null"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="factory"/> is <see langword="null"/>.</exception>
    [OverloadResolutionPriority(1)]
    public AsyncLazy(
        Func<CancellationToken, ValueTask<T>> factory, bool retryOnFailure = true, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(factory);
        _factory = factory;
        _retryOnFailure = retryOnFailure;
        Name = name;
    }

    /// <inheritdoc cref="AsyncLazy{T}(Func{CancellationToken, ValueTask{T}}, bool, string?)"/>
    public AsyncLazy(Func<CancellationToken, Task<T>> factory, bool retryOnFailure = true, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(factory);
        _factory = token => new ValueTask<T>(factory(token));
        _retryOnFailure = retryOnFailure;
        Name = name;
    }

    /// <summary>The name for reports, if it was given one.</summary>
    public string? Name { get; }

    /// <summary>Whether the value is there. A failure that is kept is no value.</summary>
    public bool IsValueCreated => _ended is { IsCompletedSuccessfully: true };

    /// <summary>How many callers wait for the factory at this moment.</summary>
    public int WaiterCount
    {
        get
        {
            _gate.Enter();
            int count = _waiters.Count;
            _gate.Exit();
            return count;
        }
    }

    /// <summary>Gets the value, and has it made when it is not there.</summary>
    /// <remarks>
    /// What was made before a <see cref="Reset"/> is never given to a caller that comes after it, nor to one that still
    /// waits for the factory then.
    /// </remarks>
    /// <param name="cancellationToken">
    /// Ends the wait of this caller; the factory goes on. Cancelled before the call, the factory is not started.
    /// </param>
    /// <returns>The value. What the factory throws comes out with the stack it was thrown with.</returns>
    /// <exception cref="OperationCanceledException">
    /// <paramref name="cancellationToken"/> was cancelled; or the factory threw it.
    /// </exception>
    public ValueTask<T> GetValueAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<T>(cancellationToken);
        if (WatchedWait.IsWanted) return GetWatchedAsync(cancellationToken);
        return new ValueTask<T>(_ended ?? JoinAsync(out _, cancellationToken));
    }

    /// <summary>Forgets the value, the failure that is kept, or the run of the factory that is going on.</summary>
    /// <remarks>
    /// <para>Callers that wait go on waiting, for a new run that this call starts for them, with the
    /// <see cref="ExecutionContext"/> of the one that has waited longest. When nobody waits, the next call to
    /// <see cref="GetValueAsync"/> starts it.</para>
    /// <para>The token of a run that is going on is cancelled when this method returns. A factory that ignores it may
    /// overlap with the next one. Whatever it ends with is dropped, a fault too, and so is what callbacks on its token
    /// throw; they run on the thread pool, not inside this call.</para>
    /// </remarks>
    public void Reset()
    {
        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(this, "reset");

        // Memory is asked for outside of the gate: where there is none left, nothing is held.
        var next = new CancellationTokenSource();
        _gate.Enter();
        CancellationTokenSource? superseded = _run;
        LazyWaiter<T>? longest = _waiters.First?.Value;
        _run = longest is null ? null : next;
        _ended = null;
        _gate.Exit();

        if (superseded is not null) _ = CancelAsync(superseded);
        longest?.InItsContext(() => Start(next));
    }

    /// <summary>Names it in reports, such as <c>AsyncLazy</c> or <c>AsyncLazy "prices"</c>.</summary>
    /// <returns>The type, with the name if there is one.</returns>
    public override string ToString() => WatchedWait.NameOf(nameof(AsyncLazy<>), Name);

    /// <summary>Takes a caller away, unless the end of the run came first.</summary>
    internal bool TryLeave(LazyWaiter<T> waiter)
    {
        // Who is not in the list any more gets what the run ended with: the gate decides which came first.
        _gate.Enter();
        bool isInTime = waiter.Place.List == _waiters;
        if (isInTime) _waiters.Remove(waiter.Place);
        _gate.Exit();
        return isInTime;
    }

    private static async Task CancelAsync(CancellationTokenSource run) =>
        await run.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async ValueTask<T> GetWatchedAsync(CancellationToken cancellationToken)
    {
        await AsyncDiagnostics.SchedulingPointAsync(this, "get the value").ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        Task<T> value = JoinAsync(out LazyWaiter<T>? waiter, cancellationToken);
        if (waiter is not null)
        {
            AsyncDiagnostics.Waiting(this, waiter);
            await ((Task)value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            AsyncDiagnostics.WaitEnded(this, waiter);
        }

        return await value.ConfigureAwait(false);
    }

    private Task<T> JoinAsync(out LazyWaiter<T>? waiter, CancellationToken cancellationToken)
    {
        var joining = new LazyWaiter<T>(this, Interlocked.Increment(ref _arrivals), cancellationToken);
        var run = new CancellationTokenSource();
        _gate.Enter();
        Task<T>? ended = _ended;
        bool starts = ended is null && _run is null;
        if (starts) _run = run;
        if (ended is null) _waiters.AddLast(joining.Place);
        _gate.Exit();

        waiter = ended is null ? joining : null;
        if (starts) Start(run);
        if (ended is null) joining.ListenToToken();
        return ended ?? joining.Task;
    }

    // What ends the factory is read by ContinueWith and not by an await, which would count as a look at its fault, also
    // where no caller has one. Both steps take locks of the runtime before they have an effect.
    private void Start(CancellationTokenSource run)
    {
        Task<T> running = Uninterrupted.Do((Lazy: this, Run: run), static start => start.Lazy.RunAsync(start.Run));
        _ = Uninterrupted.Do(
            (Lazy: this, Run: run, Running: running),
            static start => start.Running.ContinueWith(
                ended => start.Lazy.End(start.Run, ended),
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default));
    }

    // Task.Run makes a task also of a factory that throws at once.
    private Task<T> RunAsync(CancellationTokenSource run)
    {
        try
        {
            return Task.Run(() => _factory(run.Token).AsTask(), CancellationToken.None);
        }
        catch (TaskSchedulerException e) when (e.InnerException is ThreadInterruptedException)
        {
            throw new ThreadInterruptedException(e.Message, e);
        }
    }

    private void End(CancellationTokenSource run, Task<T> ended)
    {
        LinkedList<LazyWaiter<T>> next = new();
        _gate.Enter();
        LinkedList<LazyWaiter<T>> waiters = _waiters;
        bool isCurrent = run == _run;
        if (isCurrent)
        {
            _run = null;
            if (ended.IsCompletedSuccessfully || !_retryOnFailure) _ended = ended;
            _waiters = next;
        }

        _gate.Exit();

        // Looked at, and so not unobserved: nobody is to hear of a run that was superseded.
        if (!isCurrent) _ = ended.Exception;
        else foreach (LazyWaiter<T> waiter in waiters) waiter.End(ended);
    }
}
