using System.Diagnostics;
using AsyncKit.Diagnostics;

namespace AsyncKit.Synchronization;

/// <summary>A count of what is still to be done: who waits goes on when it has reached zero.</summary>
/// <remarks>
/// <para><b>The count.</b> <see cref="Signal"/> lowers it and <see cref="AddCount"/> raises it. At zero the event is
/// set, and stays so until <see cref="Reset"/>: a count that has reached zero is not raised, so nobody goes on too
/// soon.</para>
/// <para><b>Set and reset.</b> All who wait when it reaches zero go on, also when <see cref="Reset"/> follows at once.
/// Who waits when the count is reset to more than zero waits for the new count.</para>
/// <para><b>Order.</b> They go on in the order in which they came.</para>
/// <para><b>Cancellation.</b> The token is asked first, also when the event is set. A wait that ends leaves the count
/// as it is.</para>
/// <para><b>Time limits</b> are from <see cref="TimeSpan.Zero"/>, which never waits, to 4,294,967,294 milliseconds
/// (about 49.7 days), or <see cref="Timeout.InfiniteTimeSpan"/>.</para>
/// <para><b>Threads.</b> Synchronous and asynchronous waits stand in one queue. A blocked thread is woken by the one
/// that signals; it takes no thread of the pool. Code that awaits goes on in the thread pool or in its context, never
/// inside <see cref="Signal"/>. A wait is awaited once. There is nothing to dispose. Thread-safe.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}: CurrentCount = {CurrentCount}, Waiters = {WaiterCount}")]
public sealed class AsyncCountdownEvent
{
    private readonly Queue _queue;

    /// <summary>Makes an event.</summary>
    /// <param name="initialCount">The signals it takes to set it: zero or more. Zero: it is set from the beginning.
    /// </param>
    /// <param name="name">Its name in reports and messages.</param>
    /// <param name="timeProvider">The clock of time limits; by default that of the system.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="initialCount"/> is negative.</exception>
    public AsyncCountdownEvent(int initialCount, string? name = null, TimeProvider? timeProvider = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(initialCount);
        Name = name;
        _queue = new Queue(this, initialCount, timeProvider);
    }

    /// <summary>Its name in reports and messages, if it was given one.</summary>
    public string? Name { get; }

    /// <summary>The signals that it takes to set it, at this moment.</summary>
    public int CurrentCount => _queue.Count;

    /// <summary>Whether it is set at this moment: the count is zero.</summary>
    public bool IsSet => CurrentCount is 0;

    /// <summary>How many wait at this moment.</summary>
    public int WaiterCount => _queue.Waiters.Count;

    /// <summary>Lowers the count, and releases all who wait when it reaches zero by that.</summary>
    /// <param name="signalCount">By how much: 1 or more.</param>
    /// <returns>Whether it reached zero by that: <see langword="true"/> for one caller each time.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="signalCount"/> is less than 1.</exception>
    /// <exception cref="InvalidOperationException">The count is lower than that; it stays as it is.</exception>
    public bool Signal(int signalCount = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(signalCount, 1);
        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(this, "lower the count");
        if (_queue.TryLower(signalCount, out int count)) return count == signalCount;
        throw new InvalidOperationException(
            $"{this} cannot take {signalCount} signals, as its count is {count}: it would fall below zero.");
    }

    /// <summary>Raises the count.</summary>
    /// <param name="signalCount">By how much: 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="signalCount"/> is less than 1.</exception>
    /// <exception cref="InvalidOperationException">
    /// The event is set, or the count would be more than <see cref="int.MaxValue"/>; it stays as it is.
    /// </exception>
    public void AddCount(int signalCount = 1)
    {
        if (TryAddCount(signalCount)) return;
        throw new InvalidOperationException(
            $"{this} is set: a count that has reached zero cannot be raised by {signalCount}, only reset.");
    }

    /// <summary>Raises the count, unless the event is set.</summary>
    /// <param name="signalCount">By how much: 1 or more.</param>
    /// <returns>Whether the count was raised; <see langword="false"/>: the event is set.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="signalCount"/> is less than 1.</exception>
    /// <exception cref="InvalidOperationException">
    /// The count would be more than <see cref="int.MaxValue"/>; it stays as it is.
    /// </exception>
    public bool TryAddCount(int signalCount = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(signalCount, 1);
        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(this, "raise the count");
        if (_queue.TryRaise(signalCount, out int count)) return true;
        if (count is 0) return false;
        throw new InvalidOperationException(
            $"{this} cannot count {signalCount} more, as its count is {count}: it would be more than {int.MaxValue}.");
    }

    /// <summary>Begins a new count. Zero sets the event and releases all who wait.</summary>
    /// <param name="count">The signals it takes to set it: zero or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public void Reset(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(this, "reset the count");
        _queue.Reset(count);
    }

    /// <summary>Waits until the event is set.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when the event is set.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled before the event was set.</exception>
    public ValueTask WaitAsync(CancellationToken cancellationToken = default) =>
        _queue.WaitAsync(0, WaitLimits.Only(cancellationToken));

    /// <summary>Waits until the event is set, for a limited time.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when the event is set.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="TimeoutException">The time passed before the event was set.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the event was set.</exception>
    public ValueTask WaitAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        _queue.WaitAsync(0, WaitLimits.Throwing(timeout, cancellationToken));

    /// <summary>Waits until the event is set, or the time has passed.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether the event was set before the time had passed.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the event was set.</exception>
    public ValueTask<bool> TryWaitAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        _queue.TryWaitAsync(0, WaitLimits.Trying(timeout, cancellationToken));

    /// <summary>Blocks the thread until the event is set.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled before the event was set.</exception>
    public void Wait(CancellationToken cancellationToken = default) =>
        _queue.Wait(0, WaitLimits.Only(cancellationToken));

    /// <summary>Blocks the thread until the event is set, for a limited time.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="TimeoutException">The time passed before the event was set.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the event was set.</exception>
    public void Wait(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        _queue.Wait(0, WaitLimits.Throwing(timeout, cancellationToken));

    /// <summary>Blocks the thread until the event is set, or the time has passed.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether the event was set before the time had passed.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the event was set.</exception>
    public bool TryWait(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        _queue.Wait(0, WaitLimits.Trying(timeout, cancellationToken));

    /// <summary>Names the event in reports, such as <c>AsyncCountdownEvent "downloads"</c>.</summary>
    /// <returns>The type with the name.</returns>
    public override string ToString() => WatchedWait.NameOf(nameof(AsyncCountdownEvent), Name);

    private sealed class Queue(object owner, int count, TimeProvider? timeProvider)
        : SignalQueue(owner, timeProvider, "wait for the count")
    {
        private int _count = count;

        public int Count => Volatile.Read(ref _count);

        /// <summary>Lowers the count, if it is not too low for that.</summary>
        public bool TryLower(int signals, out int before)
        {
            Enter();
            before = _count;
            bool isLowered = signals <= before;
            if (isLowered) Volatile.Write(ref _count, before - signals);
            ExitAndRelease();
            return isLowered;
        }

        /// <summary>Raises the count, if it is neither zero nor too high for that.</summary>
        public bool TryRaise(int signals, out int before)
        {
            Enter();
            before = _count;
            bool isRaised = before is not 0 && signals <= int.MaxValue - before;
            if (isRaised) Volatile.Write(ref _count, before + signals);
            Exit();
            return isRaised;
        }

        public void Reset(int count)
        {
            Enter();
            Volatile.Write(ref _count, count);
            ExitAndRelease();
        }

        protected override bool TryPass(long request) => _count is 0;
    }
}
