using System.Diagnostics;
using AsyncKit.Synchronization;

namespace AsyncKit.Concurrency;

/// <summary>Runs calls that block on threads of its own, so that the thread pool, on which everything asynchronous goes
/// on, never runs short of threads.</summary>
/// <remarks>
/// <para><b>Threads</b> are made when they are needed, up to <see cref="MaxThreads"/>, which can be changed at any
/// moment, and go when there was nothing to do for a while. They are background threads. Calls beyond the limit wait,
/// first come, first served.</para>
/// <para><b>Cancellation.</b> A call that waits for its thread is not started. One that runs gets the token, and is
/// waited for: what the caller is told is what has happened. <see cref="RunOrAbandonAsync{T}"/> leaves it instead; its
/// thread counts until it comes back.</para>
/// <para><b>Context.</b> The <see cref="AsyncLocal{T}"/> values of the caller are those of the call; what the call
/// changes is seen by nobody after it. It has no <see cref="SynchronizationContext"/>. What awaits the call goes on in
/// its own context or on the pool, never on a thread of the runner.</para>
/// <para><b>The end.</b> Disposing takes no more calls and waits for those it has, but not for abandoned ones; it never
/// throws. The term elsewhere is a thread-pool executor. Thread-safe.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}: Running = {RunningCount} of {MaxThreads}, Waiting = {WaitingCount}")]
public sealed class BlockingRunner : IAsyncDisposable
{
    private readonly BlockingRunnerOptions _options;

    // Guards the fields below, and the places of the calls.
    private readonly object _sync = new();
    private readonly LinkedList<BlockingCall> _waiting = [];
    private readonly List<BlockingThread> _idle = [];
    private int _running;
    private int _unfinished;
    private int _maxThreads;
    private TaskCompletionSource? _closed;

    private int _watched;

    /// <summary>Makes a runner. It has no thread before the first call.</summary>
    /// <param name="maxThreads">How many calls run at a time, each on a thread of its own: at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxThreads"/> is less than 1.</exception>
    public BlockingRunner(int maxThreads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxThreads, 1);
        _options = new BlockingRunnerOptions { MaxThreads = maxThreads };
        _maxThreads = maxThreads;
    }

    /// <summary>Makes a runner. It has no thread before the first call.</summary>
    /// <param name="options">How it runs; the defaults when <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public BlockingRunner(BlockingRunnerOptions? options = null)
    {
        options?.ThrowIfInvalid(nameof(options));
        _options = options ?? new BlockingRunnerOptions();
        _maxThreads = _options.MaxThreads;
    }

    /// <summary>Its name in reports, and of its threads, if it was given one.</summary>
    public string? Name => _options.Name;

    /// <summary>How many calls run at a time: at least 1. A higher number lets calls that wait begin at once; a lower
    /// one interrupts nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is set to less than 1.</exception>
    public int MaxThreads
    {
        get
        {
            lock (_sync) return _maxThreads;
        }
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            lock (_sync) _maxThreads = value;
            StartWaiting();
        }
    }

    /// <summary>How many calls run at this moment, those that were abandoned among them.</summary>
    public int RunningCount
    {
        get
        {
            lock (_sync) return _running;
        }
    }

    /// <summary>How many calls wait for a thread at this moment.</summary>
    public int WaitingCount
    {
        get
        {
            lock (_sync) return _waiting.Count;
        }
    }

    /// <summary>How many threads it has at this moment, idle ones among them.</summary>
    public int ThreadCount
    {
        get
        {
            lock (_sync) return _running + _idle.Count;
        }
    }

    /// <summary>Runs a call on a thread of the runner, and waits for it also when it is cancelled.</summary>
    /// <param name="work">The call, which blocks. It gets the token of the caller.</param>
    /// <param name="cancellationToken">Cancelled before the call is started, it is not started.</param>
    /// <returns>A task that ends as the call does.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="work"/> is <see langword="null"/>.</exception>
    /// <exception cref="ObjectDisposedException">The runner was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, and the call was not started or ended by
    /// it.</exception>
    public Task RunAsync(Action<CancellationToken> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return StartAsync(Giving(work), mayBeAbandoned: false, cancellationToken);
    }

    /// <summary>Runs a call that gives a value on a thread of the runner, and waits for it also when it is
    /// cancelled.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <returns>The value, also when the token was cancelled meanwhile.</returns>
    /// <exception cref="ArgumentException">The call gives a task: that does not block, and is to be awaited.
    /// </exception>
    /// <inheritdoc cref="RunAsync(Action{CancellationToken}, CancellationToken)"/>
    public Task<T> RunAsync<T>(Func<CancellationToken, T> work, CancellationToken cancellationToken = default)
    {
        ThrowIfUnfit(work);
        return StartAsync(work, mayBeAbandoned: false, cancellationToken);
    }

    /// <summary>Runs a call on a thread of the runner, and leaves it there when it is cancelled.</summary>
    /// <remarks>For calls that no token ends, such as a lookup in a driver that hangs. The thread counts as one of
    /// <see cref="MaxThreads"/> until the call comes back; its fault then goes to
    /// <see cref="BlockingRunnerOptions.OnLateFault"/>.</remarks>
    /// <inheritdoc cref="RunAsync(Action{CancellationToken}, CancellationToken)"/>
    public Task RunOrAbandonAsync(Action<CancellationToken> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return StartAsync(Giving(work), mayBeAbandoned: true, cancellationToken);
    }

    /// <summary>Runs a call that gives a value on a thread of the runner, and leaves it there when it is
    /// cancelled.</summary>
    /// <remarks>The thread counts as one of <see cref="MaxThreads"/> until the call comes back. Its value is then
    /// dropped, and its fault goes to <see cref="BlockingRunnerOptions.OnLateFault"/>.</remarks>
    /// <returns>The value.</returns>
    /// <inheritdoc cref="RunAsync{T}(Func{CancellationToken, T}, CancellationToken)"/>
    public Task<T> RunOrAbandonAsync<T>(Func<CancellationToken, T> work, CancellationToken cancellationToken = default)
    {
        ThrowIfUnfit(work);
        return StartAsync(work, mayBeAbandoned: true, cancellationToken);
    }

    /// <summary>Takes no more calls, and waits for those it has, but not for abandoned ones. Never throws.</summary>
    /// <returns>A task that completes when they have ended. Its threads have then gone, or go.</returns>
    public ValueTask DisposeAsync()
    {
        BlockingThread[] idle;
        Task closed;
        lock (_sync)
        {
            _closed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_unfinished is 0) _closed.TrySetResult();
            closed = _closed.Task;
            idle = [.. _idle];
            _idle.Clear();
        }

        foreach (BlockingThread thread in idle) thread.Tell(null);
        return new ValueTask(closed);
    }

    /// <summary>Names it in reports, such as <c>BlockingRunner "database"</c>.</summary>
    /// <returns>The type with its name, if it has one.</returns>
    public override string ToString() => WatchedWait.NameOf(nameof(BlockingRunner), Name);

    /// <summary>Whether a call that comes now would have to wait.</summary>
    internal bool IsFull
    {
        get
        {
            lock (_sync) return _running >= _maxThreads;
        }
    }

    /// <summary>A number for a call that listeners hear of.</summary>
    internal int NextWatched() => Interlocked.Increment(ref _watched);

    /// <summary>On a thread whose call has come back: takes the next one, or makes the thread idle.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="ended">The call.</param>
    /// <param name="next">The next call; <see langword="null"/>: the thread is idle now.</param>
    /// <returns>Whether the thread is to stay.</returns>
    internal bool TryStay(BlockingThread thread, BlockingCall ended, out BlockingCall? next)
    {
        using (new FirmLock(_sync))
        {
            _running--;
            if (ended.TryEnd()) CountDown();
            next = TakeWaiting();
            if (next is not null) return true;
            if (_closed is not null) return false;
            _idle.Add(thread);
            return true;
        }
    }

    /// <summary>On a thread that was idle for long: lets it go, unless it was just given a call.</summary>
    internal bool TryRetire(BlockingThread thread)
    {
        using (new FirmLock(_sync)) return _idle.Remove(thread);
    }

    /// <summary>The token of a call was cancelled: it is not started any more, or left.</summary>
    internal void Cancel(BlockingCall call)
    {
        lock (_sync)
        {
            if (call.Place is { } place)
            {
                _waiting.Remove(place);
                call.Place = null;
                call.TryEnd();
            }
            else if (!call.TryAbandon()) return;
            CountDown();
        }

        call.Drop();
    }

    private static Func<CancellationToken, bool> Giving(Action<CancellationToken> work) => token =>
    {
        work(token);
        return true;
    };

    private static void ThrowIfUnfit<T>(Func<CancellationToken, T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        bool isTask = typeof(T).IsAssignableTo(typeof(Task))
            || typeof(T) == typeof(ValueTask)
            || (typeof(T).IsGenericType && typeof(T).GetGenericTypeDefinition() == typeof(ValueTask<>));
        if (!isTask) return;
        throw new ArgumentException(
            $"work must be a call that blocks, but gives a {typeof(T).Name}: await that instead.", nameof(work));
    }

    private Task<T> StartAsync<T>(
        Func<CancellationToken, T> work, bool mayBeAbandoned, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<T>(cancellationToken);
        var call = new BlockingCall<T>(this, work, mayBeAbandoned, _options.OnLateFault, cancellationToken);
        call.Watch();
        call.TellOfWait();
        if (!TryTake(call, out bool isWaiting, out BlockingThread? idle))
        {
            call.Withdraw();
            throw new ObjectDisposedException(ToString());
        }

        if (!isWaiting && !TryBegin(call, idle)) StartWaiting();

        // Before it was taken, the runner knew nothing of it to cancel.
        if (cancellationToken.IsCancellationRequested) Cancel(call);
        return call.End;
    }

    private bool TryTake(BlockingCall call, out bool isWaiting, out BlockingThread? idle)
    {
        (isWaiting, idle) = (false, null);
        lock (_sync)
        {
            if (_closed is not null) return false;
            _unfinished++;
            call.Take();
            isWaiting = _running >= _maxThreads;
            if (isWaiting) call.Place = _waiting.AddLast(call);
            else
            {
                _running++;
                idle = TakeIdle();
            }

            return true;
        }
    }

    private void StartWaiting()
    {
        while (true)
        {
            BlockingCall? next;
            BlockingThread? idle;
            lock (_sync)
            {
                next = TakeWaiting();
                if (next is null) return;
                idle = TakeIdle();
            }

            TryBegin(next, idle);
        }
    }

    // Where the system has no thread to give, the caller hears of it.
    private bool TryBegin(BlockingCall call, BlockingThread? idle)
    {
        try
        {
            if (idle is not null) idle.Tell(call);
            else new BlockingThread(this, _options.IdleTimeout).Start(call, Name);
            return true;
        }
        catch (Exception e)
        {
            lock (_sync)
            {
                _running--;
                if (call.TryEnd()) CountDown();
            }

            call.Refuse(e);
            return false;
        }
    }

    // These hold the lock already.
    private BlockingCall? TakeWaiting()
    {
        if (_running >= _maxThreads || _waiting.First is not { } first) return null;
        _waiting.RemoveFirst();
        first.Value.Place = null;
        _running++;
        return first.Value;
    }

    // The one that was busy last: the others come to their end.
    private BlockingThread? TakeIdle()
    {
        if (_idle is not [.., var last]) return null;
        _idle.RemoveAt(_idle.Count - 1);
        return last;
    }

    private void CountDown()
    {
        if (--_unfinished is 0) _closed?.TrySetResult();
    }
}
