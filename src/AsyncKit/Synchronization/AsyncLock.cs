using System.Diagnostics;
using System.Runtime.CompilerServices;
using AsyncKit.Diagnostics;

namespace AsyncKit.Synchronization;

/// <summary>A lock for code that awaits: one holder at a time, the others wait without a thread, in order.</summary>
/// <remarks>
/// <para><b>Order.</b> First come, first served. A newcomer never overtakes a waiter: a release hands the lock to the
/// first of them.</para>
/// <para><b>Cancellation.</b> The token is asked first, also when the lock is free. A wait that throws has not taken
/// the lock. When grant and cancellation meet, one of them wins: a wait that was granted gives its lease, even if the
/// token is cancelled by then.</para>
/// <para><b>Time limits</b> are from <see cref="TimeSpan.Zero"/>, which never waits, to 4,294,967,294 milliseconds
/// (about 49.7 days), or <see cref="Timeout.InfiniteTimeSpan"/>.</para>
/// <para><b>Not re-entrant.</b> A holder that waits for the lock again waits for itself.</para>
/// <para><b>Threads.</b> Synchronous and asynchronous waits stand in one queue. A blocked thread is woken by the one
/// that releases; it takes no thread of the pool. Code that awaits goes on in the thread pool or in its context, never
/// inside a release.</para>
/// <para><b>Cost.</b> A compare-exchange to take it and one to give it back when nobody waits; waits use their memory
/// again. A wait is awaited once, as any <see cref="ValueTask"/>. There is nothing to dispose. Thread-safe.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}: IsHeld = {IsHeld}, Waiters = {WaiterCount}")]
public sealed class AsyncLock
{
    private readonly TimeProvider? _timeProvider;
    private LockState _state = new();

    // Made by the first that has to wait.
    private LockQueue? _queue;

    /// <summary>Makes a lock that nobody holds.</summary>
    /// <param name="name">Its name in reports and messages.</param>
    /// <param name="timeProvider">The clock of time limits; by default that of the system.</param>
    public AsyncLock(string? name = null, TimeProvider? timeProvider = null)
    {
        Name = name;
        _timeProvider = timeProvider;
    }

    /// <summary>Its name in reports and messages, if it was given one.</summary>
    public string? Name { get; }

    /// <summary>Whether somebody holds it at this moment.</summary>
    public bool IsHeld => _state.IsHeld;

    /// <summary>How many wait at this moment.</summary>
    public int WaiterCount => Volatile.Read(ref _queue)?.Waiters.Count ?? 0;

    /// <summary>Who holds it, and who waits for it.</summary>
    internal LockQueue Waits => _queue ?? MakeQueue();

    /// <summary>The clock of time limits.</summary>
    internal TimeProvider TimeProvider => _timeProvider ?? TimeProvider.System;

    /// <summary>The state, where it is.</summary>
    internal ref LockState State => ref _state;

    /// <summary>Waits for the lock.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The hold: dispose it to release the lock.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled before the lock was granted.</exception>
    // Inlined, with a slow path that returns an object: the lease of a free lock then stays in registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ValueTask<Lease> LockAsync(CancellationToken cancellationToken = default)
    {
        if (!WatchedWait.IsWanted && !cancellationToken.IsCancellationRequested && _state.TryTake(out long number))
            return new ValueTask<Lease>(new Lease(this, number));
        return ResultOfAsync(BeginWait(cancellationToken));
    }

    /// <summary>Waits for the lock for a limited time.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The hold: dispose it to release the lock.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="TimeoutException">The time passed before the lock was granted.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the lock was granted.</exception>
    public ValueTask<Lease> LockAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        LockAsync(WaitLimits.Throwing(timeout, cancellationToken));

    /// <summary>Tries to take the lock for a limited time.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// The hold, or one whose <see cref="Lease.IsAcquired"/> is <see langword="false"/> when the time passed first.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the lock was granted.</exception>
    public ValueTask<Lease> TryLockAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        LockAsync(WaitLimits.Trying(timeout, cancellationToken));

    /// <summary>Takes the lock if that is possible without waiting.</summary>
    /// <param name="lease">The hold; <c>default</c> when the lock was not to be had.</param>
    /// <returns>Whether the lock was taken.</returns>
    public bool TryLock(out Lease lease)
    {
        if (WatchedWait.IsWanted)
            lease = Lock(WaitLimits.Trying(TimeSpan.Zero, CancellationToken.None));
        else
            lease = _state.TryTake(out long number) ? new Lease(this, number) : default;
        return lease.IsAcquired;
    }

    /// <summary>Blocks the thread until it has the lock.</summary>
    /// <inheritdoc cref="LockAsync(CancellationToken)"/>
    public Lease Lock(CancellationToken cancellationToken = default) => Lock(WaitLimits.Only(cancellationToken));

    /// <summary>Blocks the thread until it has the lock, for a limited time.</summary>
    /// <inheritdoc cref="LockAsync(TimeSpan, CancellationToken)"/>
    public Lease Lock(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        Lock(WaitLimits.Throwing(timeout, cancellationToken));

    /// <summary>Blocks the thread until it has the lock, or the time has passed.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="lease">The hold; <c>default</c> when the time passed first.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether the lock was taken.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the lock was granted.</exception>
    public bool TryLock(TimeSpan timeout, out Lease lease, CancellationToken cancellationToken = default)
    {
        lease = Lock(WaitLimits.Trying(timeout, cancellationToken));
        return lease.IsAcquired;
    }

    /// <summary>Names the lock in reports, such as <c>AsyncLock "orders"</c>.</summary>
    /// <returns>The type with the name.</returns>
    public override string ToString() => WatchedWait.NameOf(nameof(AsyncLock), Name);

    /// <summary>Gives the lock up and waits in a list of a condition variable, both at once.</summary>
    /// <remarks>However the wait ends, it does so with the lock held again under the same number.</remarks>
    /// <returns>The wait; none if the lock is not held under that number.</returns>
    internal Waiter? StepAside(
        AsyncConditionVariable condition, WaitList list, long number, in WaitLimits limits, bool isBlocking)
    {
        if (!WatchedWait.IsWanted) return Waits.StepAside(condition, list, number, limits, isBlocking);
        WatchedWait? holder = LockQueue.IsOverAtOnce(limits) ? null : Waits.ReportRelease(number);
        LockWaiter? waiter = Waits.StepAside(condition, list, number, limits, isBlocking);
        if (waiter is null) return null;
        waiter.Holder = holder;
        waiter.WatchAs(condition.NewWatchedWait());
        return waiter;
    }

    /// <summary>Notifies those who have waited longest in a list of a condition variable.</summary>
    internal void Notify(WaitList list, int count) => _queue?.Notify(list, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Release(long number)
    {
        if (WatchedWait.IsWanted || !_state.TryRelease(number)) ReleaseSlowly(number);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ValueTask<Lease> ResultOfAsync(object wait) => wait is LockWaiter waiter
        ? new ValueTask<Lease>(waiter, waiter.Version)
        : new ValueTask<Lease>((Task<Lease>)wait);

    private ValueTask<Lease> LockAsync(in WaitLimits limits) =>
        !WatchedWait.IsWanted && !limits.Token.IsCancellationRequested && _state.TryTake(out long number)
            ? new ValueTask<Lease>(new Lease(this, number))
            : ResultOfAsync(BeginWait(limits));

    private Lease Lock(in WaitLimits limits)
    {
        bool isWatched = WatchedWait.IsWanted;
        if (isWatched)
            AsyncDiagnostics.SchedulingPoint(this, "take the lock");
        else if (!limits.Token.IsCancellationRequested && _state.TryTake(out long number))
            return new Lease(this, number);
        LockWaiter waiter = Wait(limits, isBlocking: true);
        if (isWatched) waiter.WatchAs(Waits.NewWatchedWait());
        waiter.Block();
        return waiter.GetResult(waiter.Version);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private object BeginWait(CancellationToken cancellationToken) => BeginWait(WaitLimits.Only(cancellationToken));

    // A waiter; or a task, when a listener holds the operation up.
    private object BeginWait(in WaitLimits limits)
    {
        if (!WatchedWait.IsWanted) return Wait(limits, isBlocking: false);
        ValueTask point = AsyncDiagnostics.SchedulingPointAsync(this, "take the lock");
        return point.IsCompletedSuccessfully ? WaitWatched(limits) : WaitAfterAsync(point, limits);
    }

    private Task<Lease> WaitAfterAsync(ValueTask point, WaitLimits limits) =>
        WatchedWait.BeginAfterAsync(point, () => ResultOfAsync(WaitWatched(limits)));

    private LockWaiter WaitWatched(in WaitLimits limits)
    {
        LockWaiter waiter = Wait(limits, isBlocking: false);
        waiter.WatchAs(Waits.NewWatchedWait());
        return waiter;
    }

    private LockWaiter Wait(in WaitLimits limits, bool isBlocking) =>
        (LockWaiter)Waits.Wait(Waits.Waiters, LockQueue.NewHold, limits, isBlocking);

    private LockQueue MakeQueue()
    {
        var queue = new LockQueue(this, TimeProvider);
        return Interlocked.CompareExchange(ref _queue, queue, null) ?? queue;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReleaseSlowly(long number)
    {
        if (WatchedWait.IsWanted)
        {
            AsyncDiagnostics.SchedulingPoint(this, "release the lock");
            Waits.ReportRelease(number);
        }
        else if (_queue is null && !_state.IsHeldUnder(number))
        {
            // Released before, and no reason to make a queue.
            return;
        }

        Waits.Release(number);
    }

    /// <summary>A hold of the lock. Disposing it releases the lock, once: after that it does nothing.</summary>
    /// <remarks>A copy is the same hold; <c>default</c> is none.</remarks>
    public readonly struct Lease : IDisposable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal Lease(AsyncLock @lock, long number)
        {
            Lock = @lock;
            Number = number;
        }

        /// <summary>Whether the lock was granted; of a wait that only tries, it may not have been.</summary>
        public bool IsAcquired => Lock is not null;

        internal AsyncLock? Lock { get; }

        internal long Number { get; }

        /// <summary>Releases the lock, if this hold has not been released yet. Never throws.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Dispose() => Lock?.Release(Number);
    }
}
