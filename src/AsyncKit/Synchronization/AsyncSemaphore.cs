using System.Diagnostics;
using System.Runtime.CompilerServices;
using AsyncKit.Diagnostics;

namespace AsyncKit.Synchronization;

/// <summary>A number of permits that code takes before it goes on and gives back after, or waits for.</summary>
/// <remarks>
/// <para><b>Weighted.</b> One acquisition may take several permits; it gets all of them at once or waits.</para>
/// <para><b>Order.</b> First come, first served. A big request at the front is not overtaken by small ones behind it,
/// so it is not starved; when it is cancelled, those behind it go on if they can.</para>
/// <para><b>Cancellation.</b> The token is asked first, also when permits are free. A wait that throws has taken none.
/// When grant and cancellation meet, one of them wins.</para>
/// <para><b>Time limits</b> are from <see cref="TimeSpan.Zero"/>, which never waits, to 4,294,967,294 milliseconds
/// (about 49.7 days), or <see cref="Timeout.InfiniteTimeSpan"/>.</para>
/// <para><b>Resized live.</b> More permits wake exactly those who fit; fewer take effect as permits come back.</para>
/// <para><b>Leases and signals.</b> Usually who acquires disposes the lease. Where one side acquires and another
/// releases, as with signals, drop the lease and use <see cref="Release(int)"/>.</para>
/// <para><b>Threads.</b> Synchronous and asynchronous waits stand in one queue. A blocked thread is woken by the one
/// that releases; it takes no thread of the pool. Code that awaits goes on in the thread pool or in its context, never
/// inside a release.</para>
/// <para>Not re-entrant. A wait is awaited once. There is nothing to dispose. Thread-safe.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}: CurrentCount = {CurrentCount} of {Permits}, Waiters = {WaiterCount}")]
public sealed class AsyncSemaphore
{
    private readonly SemaphoreQueue _queue;

    // What listeners are told of: this semaphore, or what it is a part of.
    private readonly object _resource;

    /// <summary>Makes a semaphore all of whose permits are free.</summary>
    /// <param name="permits">How many permits there are: zero or more.</param>
    /// <param name="name">Its name in reports and messages.</param>
    /// <param name="timeProvider">The clock of time limits; by default that of the system.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="permits"/> is negative.</exception>
    public AsyncSemaphore(int permits, string? name = null, TimeProvider? timeProvider = null)
        : this(permits, permits, name, timeProvider)
    {
    }

    /// <summary>Makes a semaphore some of whose permits are free.</summary>
    /// <param name="initialCount">How many are free: from zero to <paramref name="permits"/>.</param>
    /// <param name="permits">How many there are: zero or more.</param>
    /// <param name="name">Its name in reports and messages.</param>
    /// <param name="timeProvider">The clock of time limits; by default that of the system.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public AsyncSemaphore(int initialCount, int permits, string? name = null, TimeProvider? timeProvider = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(permits);
        ArgumentOutOfRangeException.ThrowIfNegative(initialCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(initialCount, permits);
        Name = name;
        _resource = this;
        _queue = new SemaphoreQueue(this, this, permits, taken: permits - initialCount, timeProvider);
    }

    /// <summary>Makes the permits of something else, which has their name.</summary>
    internal AsyncSemaphore(int permits, object resource)
    {
        _resource = resource;
        _queue = new SemaphoreQueue(this, resource, permits, taken: 0, TimeProvider.System);
    }

    /// <summary>Its name in reports and messages, if it was given one.</summary>
    public string? Name { get; }

    /// <summary>How many permits there are, free and taken.</summary>
    public int Permits => _queue.Permits;

    /// <summary>How many permits are free at this moment; zero while more are taken than there are since a
    /// <see cref="Resize"/>.</summary>
    public int CurrentCount => Math.Max(0, _queue.Permits - _queue.Taken);

    /// <summary>How many acquisitions wait at this moment.</summary>
    public int WaiterCount => _queue.Waiters.Count;

    /// <summary>Whether who holds permits had better give them back: others wait, or there are too few since a
    /// <see cref="Resize"/>.</summary>
    internal bool IsContended => _queue.IsContended;

    /// <summary>Waits for permits.</summary>
    /// <param name="permits">How many, at once: 1 or more. More than there are waits for a
    /// <see cref="Resize"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The permits: dispose it to give them back.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="permits"/> is less than 1.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before they were granted.</exception>
    // As in AsyncLock: inlined, with a slow path that returns an object, so that the lease stays in registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ValueTask<Lease> AcquireAsync(int permits = 1, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(permits, 1);
        if (!WatchedWait.IsWanted && !cancellationToken.IsCancellationRequested
            && _queue.TryEnter(permits, out Hold<AsyncSemaphore>? hold))
        {
            return new ValueTask<Lease>(NewLease(hold, permits));
        }

        return ResultOfAsync(BeginWait(permits, cancellationToken));
    }

    /// <summary>Waits for permits for a limited time.</summary>
    /// <param name="permits">How many, at once: 1 or more. More than there are waits for a
    /// <see cref="Resize"/>.</param>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The permits: dispose it to give them back.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="permits"/> is less than 1, or <paramref name="timeout"/> is negative or too long.
    /// </exception>
    /// <exception cref="TimeoutException">The time passed before they were granted.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before they were granted.</exception>
    public ValueTask<Lease> AcquireAsync(
        int permits, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(permits, 1);
        return AcquireAsync(permits, WaitLimits.Throwing(timeout, cancellationToken));
    }

    /// <summary>Tries to take permits for a limited time.</summary>
    /// <param name="permits">How many, at once: 1 or more.</param>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// The permits, or a lease whose <see cref="Lease.IsAcquired"/> is <see langword="false"/> when the time passed
    /// first.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="permits"/> is less than 1, or <paramref name="timeout"/> is negative or too long.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before they were granted.</exception>
    public ValueTask<Lease> TryAcquireAsync(
        int permits, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(permits, 1);
        return AcquireAsync(permits, WaitLimits.Trying(timeout, cancellationToken));
    }

    /// <summary>Takes permits if that is possible without waiting.</summary>
    /// <param name="lease">The permits; <c>default</c> when they were not to be had.</param>
    /// <param name="permits">How many, at once: 1 or more.</param>
    /// <returns>Whether they were taken.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="permits"/> is less than 1.</exception>
    public bool TryAcquire(out Lease lease, int permits = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(permits, 1);
        lease = Acquire(permits, WaitLimits.Trying(TimeSpan.Zero, CancellationToken.None));
        return lease.IsAcquired;
    }

    /// <summary>Blocks the thread until it has permits.</summary>
    /// <inheritdoc cref="AcquireAsync(int, CancellationToken)"/>
    public Lease Acquire(int permits = 1, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(permits, 1);
        return Acquire(permits, WaitLimits.Only(cancellationToken));
    }

    /// <summary>Blocks the thread until it has permits, for a limited time.</summary>
    /// <inheritdoc cref="AcquireAsync(int, TimeSpan, CancellationToken)"/>
    public Lease Acquire(int permits, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(permits, 1);
        return Acquire(permits, WaitLimits.Throwing(timeout, cancellationToken));
    }

    /// <summary>Blocks the thread until it has permits, or the time has passed.</summary>
    /// <param name="permits">How many, at once: 1 or more.</param>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="lease">The permits; <c>default</c> when the time passed first.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether they were taken.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="permits"/> is less than 1, or <paramref name="timeout"/> is negative or too long.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before they were granted.</exception>
    public bool TryAcquire(
        int permits, TimeSpan timeout, out Lease lease, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(permits, 1);
        lease = Acquire(permits, WaitLimits.Trying(timeout, cancellationToken));
        return lease.IsAcquired;
    }

    /// <summary>Gives permits back whose lease was dropped, or signals as many times.</summary>
    /// <remarks>
    /// The semaphore cannot know whose permits these are. A lease that was not dropped but disposed after all gives
    /// back as many again, which may be those of somebody else.
    /// </remarks>
    /// <param name="permits">How many: 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="permits"/> is less than 1.</exception>
    /// <exception cref="SemaphoreFullException">Fewer are taken at this moment; none was given back.</exception>
    public void Release(int permits = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(permits, 1);
        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(_resource, "give permits back");
        if (!_queue.TryGiveBack(permits))
        {
            throw new SemaphoreFullException(
                $"{this} has {Permits} permits; {permits} more than are taken cannot be given back.");
        }
    }

    /// <summary>Changes how many permits there are.</summary>
    /// <remarks>
    /// More of them go to those who wait. Fewer: those who hold permits keep them, and as long as more are taken than
    /// there are, what comes back goes to nobody.
    /// </remarks>
    /// <param name="permits">How many, free and taken: zero or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="permits"/> is negative.</exception>
    public void Resize(int permits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(permits);
        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(_resource, "change the number of permits");
        _queue.Resize(permits);
    }

    /// <summary>Names the semaphore in reports, such as <c>AsyncSemaphore "uploads"</c>.</summary>
    /// <returns>The type with the name.</returns>
    public override string ToString() =>
        _resource == this ? WatchedWait.NameOf(nameof(AsyncSemaphore), Name) : _resource.ToString()!;

    /// <summary>Waits for a permit under a name of the caller's choice, while somebody listens.</summary>
    internal ValueTask<Lease> AcquireAsync(WatchedWait watched, CancellationToken cancellationToken) =>
        WatchedWait.BeginAsync(_resource, "take a permit", () =>
        {
            PermitWaiter waiter = Wait(permits: 1, WaitLimits.Only(cancellationToken), isBlocking: false);
            waiter.WatchAs(watched);
            return ResultOfAsync(waiter);
        });

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal Lease NewLease(Hold<AsyncSemaphore>? hold, int permits)
    {
        // Not made under the gate: where there is no memory left, nobody is to wait for it.
        hold ??= new Hold<AsyncSemaphore>(this);
        hold.Content = permits;
        return new Lease(hold, hold.Number);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ValueTask<Lease> ResultOfAsync(object wait) => wait is PermitWaiter waiter
        ? new ValueTask<Lease>(waiter, waiter.Version)
        : new ValueTask<Lease>((Task<Lease>)wait);

    private ValueTask<Lease> AcquireAsync(int permits, in WaitLimits limits)
    {
        bool isAtOnce = !WatchedWait.IsWanted && !limits.Token.IsCancellationRequested;
        return isAtOnce && _queue.TryEnter(permits, out Hold<AsyncSemaphore>? hold)
            ? new ValueTask<Lease>(NewLease(hold, permits))
            : ResultOfAsync(BeginWait(permits, limits));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private object BeginWait(int permits, CancellationToken cancellationToken) =>
        BeginWait(permits, WaitLimits.Only(cancellationToken));

    // A waiter; or a task, when a listener holds the operation up.
    private object BeginWait(int permits, in WaitLimits limits)
    {
        if (!WatchedWait.IsWanted) return Wait(permits, limits, isBlocking: false);
        ValueTask point = AsyncDiagnostics.SchedulingPointAsync(_resource, "take permits");
        return point.IsCompletedSuccessfully ? WaitWatched(permits, limits) : WaitAfterAsync(point, permits, limits);
    }

    private Task<Lease> WaitAfterAsync(ValueTask point, int permits, WaitLimits limits) =>
        WatchedWait.BeginAfterAsync(point, () => ResultOfAsync(WaitWatched(permits, limits)));

    private PermitWaiter WaitWatched(int permits, in WaitLimits limits)
    {
        PermitWaiter waiter = Wait(permits, limits, isBlocking: false);
        waiter.WatchAs(_queue.NewWatchedWait());
        return waiter;
    }

    private Lease Acquire(int permits, in WaitLimits limits)
    {
        bool isWatched = WatchedWait.IsWanted;
        if (isWatched)
            AsyncDiagnostics.SchedulingPoint(_resource, "take permits");
        else if (!limits.Token.IsCancellationRequested && _queue.TryEnter(permits, out Hold<AsyncSemaphore>? hold))
            return NewLease(hold, permits);
        PermitWaiter waiter = Wait(permits, limits, isBlocking: true);
        if (isWatched) waiter.WatchAs(_queue.NewWatchedWait());
        waiter.Block();
        return waiter.GetResult(waiter.Version);
    }

    private PermitWaiter Wait(int permits, in WaitLimits limits, bool isBlocking) =>
        (PermitWaiter)_queue.Wait(_queue.Waiters, permits, limits, isBlocking);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void EndHold(Hold<AsyncSemaphore> hold, long number)
    {
        if (WatchedWait.IsWanted)
        {
            AsyncDiagnostics.SchedulingPoint(_resource, "give permits back");
            hold.ReportRelease(number);
        }

        _queue.Release(hold, number);
    }

    /// <summary>Permits that were taken. Disposing it gives them back, once: after that it does nothing.</summary>
    /// <remarks>A copy is the same hold; <c>default</c> is none.</remarks>
    public readonly struct Lease : IDisposable
    {
        private readonly Hold<AsyncSemaphore>? _hold;
        private readonly long _number;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal Lease(Hold<AsyncSemaphore> hold, long number)
        {
            _hold = hold;
            _number = number;
        }

        /// <summary>Whether the permits were granted; of a wait that only tries, they may not have been.</summary>
        public bool IsAcquired => _hold is not null;

        /// <summary>Gives the permits back, if that has not been done yet. Never throws.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Dispose() => _hold?.Owner.EndHold(_hold, _number);

        internal void HeldBy(WatchedWait wait) => _hold?.HeldBy(wait);
    }
}
