using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using AsyncKit.Diagnostics;

namespace AsyncKit.Synchronization;

/// <summary>Lets the holder of an <see cref="AsyncLock"/> wait until somebody else has changed what the lock guards.
/// </summary>
/// <remarks>
/// <para><b>The lock.</b> A wait gives the lock up and takes it again before it returns or throws, whatever happens in
/// between; the lease stays the same, and is good again then. Nothing ends the taking again: a cancelled wait returns
/// when it has the lock. In between the lease is no hold, and disposing it does nothing.</para>
/// <para><b>Notifications.</b> Who gives the lock up waits already: no notification passes it by. Those who have waited
/// longest are notified first, and get the lock in that order, behind those who have waited for it before. Nobody is
/// notified without a <see cref="Notify"/>; but what was true then need not be true when the lock is had again, so look
/// again, or use <see cref="WaitUntilAsync(AsyncLock.Lease, Func{bool}, CancellationToken)"/>. A notification that
/// finds nobody is not kept.</para>
/// <para><b>Cancellation.</b> The token is asked first: one that is cancelled ends the wait with the lock never given
/// up. When notification and cancellation meet, one of them wins. A wait that was notified returns, even if its token
/// is cancelled by then; one that was cancelled, or whose time passed, was not notified: the notification is for the
/// next. </para>
/// <para><b>Time limits</b> are for the notification, not for taking the lock again, which may last longer. They are
/// from <see cref="TimeSpan.Zero"/>, which gives nothing up, to 4,294,967,294 milliseconds (about 49.7 days), or
/// <see cref="Timeout.InfiniteTimeSpan"/>. The clock is that of the lock.</para>
/// <para><b>Threads.</b> Synchronous and asynchronous waits stand in one queue. A blocked thread is woken by the one
/// that gives it the lock; it takes no thread of the pool. Code that awaits goes on in the thread pool or in its
/// context. A wait is awaited once. There is nothing to dispose. Thread-safe.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}: Waiters = {WaiterCount}")]
public sealed class AsyncConditionVariable
{
    private const string Operation = "wait for the condition";

    private readonly AsyncLock _lock;

    // Guarded by the gate of the lock.
    private readonly WaitList _waiters = new();
    private int _watchedWaits;

    /// <summary>Makes a condition variable for what a lock guards; a lock may have several.</summary>
    /// <param name="asyncLock">The lock.</param>
    /// <param name="name">Its name in reports and messages.</param>
    /// <exception cref="ArgumentNullException"><paramref name="asyncLock"/> is <see langword="null"/>.</exception>
    public AsyncConditionVariable(AsyncLock asyncLock, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(asyncLock);
        _lock = asyncLock;
        Name = name;
    }

    /// <summary>Its name in reports and messages, if it was given one.</summary>
    public string? Name { get; }

    /// <summary>How many wait for a notification at this moment.</summary>
    /// <remarks>Those who were notified, and wait for the lock, are counted by the lock.</remarks>
    public int WaiterCount => _waiters.Count;

    /// <summary>Gives the lock up, waits to be notified, and takes the lock again.</summary>
    /// <param name="lease">The hold of the lock.</param>
    /// <param name="cancellationToken">Ends the wait for the notification.</param>
    /// <returns>A task that completes when the lock is held again.</returns>
    /// <exception cref="ArgumentException"><paramref name="lease"/> is none of the lock.</exception>
    /// <exception cref="SynchronizationLockException"><paramref name="lease"/> does not hold the lock now.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first. The lock is held.</exception>
    public ValueTask WaitAsync(AsyncLock.Lease lease, CancellationToken cancellationToken = default) =>
        WaitAsync(NumberOf(lease), WaitLimits.Only(cancellationToken));

    /// <summary>Gives the lock up, waits for a limited time to be notified, and takes the lock again.</summary>
    /// <param name="lease">The hold of the lock.</param>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait for the notification.</param>
    /// <returns>A task that completes when the lock is held again.</returns>
    /// <exception cref="ArgumentException"><paramref name="lease"/> is none of the lock.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="SynchronizationLockException"><paramref name="lease"/> does not hold the lock now.</exception>
    /// <exception cref="TimeoutException">The time passed first. The lock is held.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first. The lock is held.</exception>
    public ValueTask WaitAsync(
        AsyncLock.Lease lease, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        WaitAsync(NumberOf(lease), WaitLimits.Throwing(timeout, cancellationToken));

    /// <summary>Gives the lock up, waits to be notified unless the time passes first, and takes the lock
    /// again.</summary>
    /// <param name="lease">The hold of the lock.</param>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait for the notification.</param>
    /// <returns>Whether it was notified before the time had passed. The lock is held in both cases.</returns>
    /// <exception cref="ArgumentException"><paramref name="lease"/> is none of the lock.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="SynchronizationLockException"><paramref name="lease"/> does not hold the lock now.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first. The lock is held.</exception>
    public ValueTask<bool> TryWaitAsync(
        AsyncLock.Lease lease, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        TryWaitAsync(NumberOf(lease), WaitLimits.Trying(timeout, cancellationToken));

    /// <summary>Waits until something is true of what the lock guards.</summary>
    /// <remarks>
    /// <para>Looks at once, and again after each notification. Returns with the lock held and the predicate
    /// true.</para>
    /// <para>The predicate is called with the lock held, on the caller's thread first and then on threads of the pool,
    /// outside of the caller's context. What it throws comes out of the wait, with the lock held.</para>
    /// </remarks>
    /// <param name="lease">The hold of the lock.</param>
    /// <param name="predicate">What is to become true.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when the predicate is true and the lock is held.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="predicate"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="lease"/> is none of the lock.</exception>
    /// <exception cref="SynchronizationLockException"><paramref name="lease"/> does not hold the lock now.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first. The lock is held.</exception>
    public ValueTask WaitUntilAsync(
        AsyncLock.Lease lease, Func<bool> predicate, CancellationToken cancellationToken = default) =>
        WithoutResultAsync(WaitUntilAsync(lease, predicate, WaitLimits.Only(cancellationToken)));

    /// <summary>Waits for a limited time until something is true of what the lock guards.</summary>
    /// <remarks>
    /// <para>Looks at once, after each notification, and once more when the time has passed. The limit is for the
    /// whole, but for taking the lock again.</para>
    /// <inheritdoc cref="WaitUntilAsync(AsyncLock.Lease, Func{bool}, CancellationToken)" path="/remarks/para[2]"/>
    /// </remarks>
    /// <param name="lease">The hold of the lock.</param>
    /// <param name="predicate">What is to become true.</param>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when the predicate is true and the lock is held.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="predicate"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="lease"/> is none of the lock.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="SynchronizationLockException"><paramref name="lease"/> does not hold the lock now.</exception>
    /// <exception cref="TimeoutException">The time passed first. The lock is held.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first. The lock is held.</exception>
    public ValueTask WaitUntilAsync(
        AsyncLock.Lease lease,
        Func<bool> predicate,
        TimeSpan timeout,
        CancellationToken cancellationToken = default) =>
        WithoutResultAsync(WaitUntilAsync(lease, predicate, WaitLimits.Throwing(timeout, cancellationToken)));

    /// <summary>Waits until something is true of what the lock guards, unless the time passes first.</summary>
    /// <inheritdoc cref="WaitUntilAsync(AsyncLock.Lease, Func{bool}, TimeSpan, CancellationToken)" path="/remarks"/>
    /// <param name="lease">The hold of the lock.</param>
    /// <param name="predicate">What is to become true.</param>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether the predicate is true. The lock is held in both cases.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="predicate"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="lease"/> is none of the lock.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="SynchronizationLockException"><paramref name="lease"/> does not hold the lock now.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first. The lock is held.</exception>
    public ValueTask<bool> TryWaitUntilAsync(
        AsyncLock.Lease lease,
        Func<bool> predicate,
        TimeSpan timeout,
        CancellationToken cancellationToken = default) =>
        WaitUntilAsync(lease, predicate, WaitLimits.Trying(timeout, cancellationToken));

    /// <summary>Gives the lock up, blocks the thread until it is notified, and takes the lock again.</summary>
    /// <inheritdoc cref="WaitAsync(AsyncLock.Lease, CancellationToken)" path="/param"/>
    /// <inheritdoc cref="WaitAsync(AsyncLock.Lease, CancellationToken)" path="/exception"/>
    public void Wait(AsyncLock.Lease lease, CancellationToken cancellationToken = default) =>
        Wait(NumberOf(lease), WaitLimits.Only(cancellationToken));

    /// <summary>Gives the lock up, blocks the thread for a limited time until it is notified, and takes the lock again.
    /// </summary>
    /// <inheritdoc cref="WaitAsync(AsyncLock.Lease, TimeSpan, CancellationToken)" path="/param"/>
    /// <inheritdoc cref="WaitAsync(AsyncLock.Lease, TimeSpan, CancellationToken)" path="/exception"/>
    public void Wait(AsyncLock.Lease lease, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        Wait(NumberOf(lease), WaitLimits.Throwing(timeout, cancellationToken));

    /// <summary>Gives the lock up, blocks the thread until it is notified or the time has passed, and takes the lock
    /// again.
    /// </summary>
    /// <inheritdoc cref="TryWaitAsync(AsyncLock.Lease, TimeSpan, CancellationToken)"/>
    public bool TryWait(AsyncLock.Lease lease, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        Wait(NumberOf(lease), WaitLimits.Trying(timeout, cancellationToken));

    /// <summary>Blocks the thread until something is true of what the lock guards.</summary>
    /// <remarks>
    /// <para>Looks at once, and again after each notification. Returns with the lock held and the predicate
    /// true.</para>
    /// <para>The predicate is called with the lock held, on the thread that waits. What it throws comes out of the
    /// wait, with the lock held.</para>
    /// </remarks>
    /// <inheritdoc cref="WaitUntilAsync(AsyncLock.Lease, Func{bool}, CancellationToken)" path="/param"/>
    /// <inheritdoc cref="WaitUntilAsync(AsyncLock.Lease, Func{bool}, CancellationToken)" path="/exception"/>
    public void WaitUntil(
        AsyncLock.Lease lease, Func<bool> predicate, CancellationToken cancellationToken = default) =>
        WaitUntil(lease, predicate, WaitLimits.Only(cancellationToken));

    /// <summary>Blocks the thread for a limited time until something is true of what the lock guards.</summary>
    /// <remarks>
    /// <para>Looks at once, after each notification, and once more when the time has passed. The limit is for the
    /// whole, but for taking the lock again.</para>
    /// <inheritdoc cref="WaitUntil(AsyncLock.Lease, Func{bool}, CancellationToken)" path="/remarks/para[2]"/>
    /// </remarks>
    /// <inheritdoc cref="WaitUntilAsync(AsyncLock.Lease, Func{bool}, TimeSpan, CancellationToken)" path="/param"/>
    /// <inheritdoc cref="WaitUntilAsync(AsyncLock.Lease, Func{bool}, TimeSpan, CancellationToken)" path="/exception"/>
    public void WaitUntil(
        AsyncLock.Lease lease,
        Func<bool> predicate,
        TimeSpan timeout,
        CancellationToken cancellationToken = default) =>
        WaitUntil(lease, predicate, WaitLimits.Throwing(timeout, cancellationToken));

    /// <summary>Blocks the thread until something is true of what the lock guards, or the time has passed.</summary>
    /// <inheritdoc cref="WaitUntil(AsyncLock.Lease, Func{bool}, TimeSpan, CancellationToken)" path="/remarks"/>
    /// <inheritdoc cref="TryWaitUntilAsync(AsyncLock.Lease, Func{bool}, TimeSpan, CancellationToken)" path="/param"/>
    /// <inheritdoc cref="TryWaitUntilAsync(AsyncLock.Lease, Func{bool}, TimeSpan, CancellationToken)" path="/returns"/>
    /// <inheritdoc
    /// cref="TryWaitUntilAsync(AsyncLock.Lease, Func{bool}, TimeSpan, CancellationToken)" path="/exception"/>
    public bool TryWaitUntil(
        AsyncLock.Lease lease,
        Func<bool> predicate,
        TimeSpan timeout,
        CancellationToken cancellationToken = default) =>
        WaitUntil(lease, predicate, WaitLimits.Trying(timeout, cancellationToken));

    /// <summary>Wakes those who have waited longest.</summary>
    /// <remarks>
    /// The lock need not be held, but usually is, as what was changed is guarded by it. Nobody who is woken runs before
    /// it has the lock, so to notify first and release then costs nothing.
    /// </remarks>
    /// <param name="count">How many at most: 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is less than 1.</exception>
    public void Notify(int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(this, "notify");
        _lock.Notify(_waiters, count);
    }

    /// <summary>Wakes all who wait.</summary>
    /// <inheritdoc cref="Notify" path="/remarks"/>
    public void NotifyAll() => Notify(int.MaxValue);

    /// <summary>Names the condition variable in reports, such as <c>AsyncConditionVariable "not empty"</c>.</summary>
    /// <returns>The type with the name.</returns>
    public override string ToString() => WatchedWait.NameOf(nameof(AsyncConditionVariable), Name);

    /// <summary>Names a wait for listeners.</summary>
    internal WatchedWait NewWatchedWait() => new(this, Interlocked.Increment(ref _watchedWaits));

    // While somebody listens, in the context of the caller: see WatchedWait.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask WithoutResultAsync(ValueTask<bool> wait) =>
        await wait.ConfigureAwait(WatchedWait.IsWanted);

    private long NumberOf(AsyncLock.Lease lease)
    {
        if (lease.Lock != _lock)
        {
            throw new ArgumentException(
                $"lease must be a hold of {_lock}, the lock of {this}, "
                    + $"but is one of {lease.Lock?.ToString() ?? "no lock"}.",
                nameof(lease));
        }

        return _lock.State.IsHeldUnder(lease.Number) ? lease.Number : throw NotHeld();
    }

    private SynchronizationLockException NotHeld() => new(
        $"lease must hold {_lock} when a wait for {this} begins, but was released, or is waiting already.");

    private ValueTask WaitAsync(long number, in WaitLimits limits) =>
        WatchedWait.IsWanted ? WatchedWaitAsync(number, limits) : BeginWaitAsync(number, limits);

    private ValueTask<bool> TryWaitAsync(long number, in WaitLimits limits) =>
        WatchedWait.IsWanted ? WatchedTryWaitAsync(number, limits) : BeginTryWaitAsync(number, limits);

    private ValueTask BeginWaitAsync(long number, in WaitLimits limits)
    {
        Waiter waiter = StepAside(number, limits, isBlocking: false);
        return new ValueTask((IValueTaskSource)waiter, waiter.Version);
    }

    private ValueTask<bool> BeginTryWaitAsync(long number, in WaitLimits limits)
    {
        Waiter waiter = StepAside(number, limits, isBlocking: false);
        return new ValueTask<bool>((IValueTaskSource<bool>)waiter, waiter.Version);
    }

    private ValueTask WatchedWaitAsync(long number, WaitLimits limits) =>
        WatchedWait.BeginAsync(this, Operation, () => BeginWaitAsync(number, limits));

    private ValueTask<bool> WatchedTryWaitAsync(long number, WaitLimits limits) =>
        WatchedWait.BeginAsync(this, Operation, () => BeginTryWaitAsync(number, limits));

    private bool Wait(long number, in WaitLimits limits)
    {
        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(this, Operation);
        Waiter waiter = StepAside(number, limits, isBlocking: true);
        waiter.Block();
        return ((IValueTaskSource<bool>)waiter).GetResult(waiter.Version);
    }

    private ValueTask<bool> WaitUntilAsync(AsyncLock.Lease lease, Func<bool> predicate, in WaitLimits limits)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        return WaitUntilAsync(NumberOf(lease), predicate, limits);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> WaitUntilAsync(long number, Func<bool> predicate, WaitLimits limits)
    {
        limits.Token.ThrowIfCancellationRequested();
        long due = limits.DueBy(_lock.TimeProvider);
        while (!predicate())
        {
            WaitLimits left = limits.LeftUntil(due, _lock.TimeProvider);
            if (await TryWaitAsync(number, left).ConfigureAwait(WatchedWait.IsWanted)) continue;
            return LookAgain(predicate, limits);
        }

        return true;
    }

    private bool WaitUntil(AsyncLock.Lease lease, Func<bool> predicate, in WaitLimits limits)
    {
        ArgumentNullException.ThrowIfNull(predicate);
        long number = NumberOf(lease);
        limits.Token.ThrowIfCancellationRequested();
        long due = limits.DueBy(_lock.TimeProvider);
        while (!predicate())
        {
            if (!Wait(number, limits.LeftUntil(due, _lock.TimeProvider))) return LookAgain(predicate, limits);
        }

        return true;
    }

    // The time has passed; but while the lock was taken again, what was waited for may have come.
    private bool LookAgain(Func<bool> predicate, in WaitLimits limits)
    {
        if (predicate()) return true;
        return limits.IsTry ? false : throw limits.TimedOut(this);
    }

    private Waiter StepAside(long number, in WaitLimits limits, bool isBlocking) =>
        _lock.StepAside(this, _waiters, number, limits, isBlocking) ?? throw NotHeld();
}
