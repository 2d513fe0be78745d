using System.Diagnostics;
using AsyncKit.Diagnostics;

namespace AsyncKit.Synchronization;

/// <summary>A signal for one: each time it is set, one of those who wait goes on.</summary>
/// <remarks>
/// <para><b>One signal.</b> Set while nobody waits, the event stays set until somebody comes, who takes the signal. It
/// keeps one signal, however often it is set.</para>
/// <para><b>Order.</b> The one who came first goes on first; a newcomer never overtakes a waiter.</para>
/// <para><b>Cancellation.</b> The token is asked first, also when the event is set. A wait that throws has not taken
/// the signal. When signal and cancellation meet, one of them wins, and a signal that came too late for a waiter goes
/// to the next, or stays.</para>
/// <para><b>Time limits</b> are from <see cref="TimeSpan.Zero"/>, which never waits, to 4,294,967,294 milliseconds
/// (about 49.7 days), or <see cref="Timeout.InfiniteTimeSpan"/>.</para>
/// <para><b>Threads.</b> Synchronous and asynchronous waits stand in one queue. A blocked thread is woken by the one
/// that sets; it takes no thread of the pool. Code that awaits goes on in the thread pool or in its context, never
/// inside <see cref="Set"/>. A wait is awaited once. There is nothing to dispose. Thread-safe.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}: IsSet = {IsSet}, Waiters = {WaiterCount}")]
public sealed class AsyncAutoResetEvent
{
    private readonly Queue _queue;

    /// <summary>Makes an event.</summary>
    /// <param name="isSet">Whether it is set from the beginning.</param>
    /// <param name="name">Its name in reports and messages.</param>
    /// <param name="timeProvider">The clock of time limits; by default that of the system.</param>
    public AsyncAutoResetEvent(bool isSet = false, string? name = null, TimeProvider? timeProvider = null)
    {
        Name = name;
        _queue = new Queue(this, isSet, timeProvider);
    }

    /// <summary>Its name in reports and messages, if it was given one.</summary>
    public string? Name { get; }

    /// <summary>Whether a signal is there at this moment that nobody has taken.</summary>
    public bool IsSet => _queue.IsSet;

    /// <summary>How many wait at this moment.</summary>
    public int WaiterCount => _queue.Waiters.Count;

    /// <summary>Releases the one that has waited longest; if nobody waits, the next one to come goes on at once.
    /// </summary>
    public void Set()
    {
        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(this, "set the event");
        _queue.Set();
    }

    /// <summary>Takes back a signal that nobody has taken yet.</summary>
    public void Reset()
    {
        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(this, "reset the event");
        _queue.Reset();
    }

    /// <summary>Waits for a signal and takes it.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when the signal is taken.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled before a signal was taken.</exception>
    public ValueTask WaitAsync(CancellationToken cancellationToken = default) =>
        _queue.WaitAsync(0, WaitLimits.Only(cancellationToken));

    /// <summary>Waits for a signal and takes it, for a limited time.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when the signal is taken.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="TimeoutException">The time passed before a signal was taken.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before a signal was taken.</exception>
    public ValueTask WaitAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        _queue.WaitAsync(0, WaitLimits.Throwing(timeout, cancellationToken));

    /// <summary>Waits for a signal and takes it, unless the time passes first.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether a signal was taken before the time had passed.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before a signal was taken.</exception>
    public ValueTask<bool> TryWaitAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        _queue.TryWaitAsync(0, WaitLimits.Trying(timeout, cancellationToken));

    /// <summary>Blocks the thread until it has taken a signal.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled before a signal was taken.</exception>
    public void Wait(CancellationToken cancellationToken = default) =>
        _queue.Wait(0, WaitLimits.Only(cancellationToken));

    /// <summary>Blocks the thread until it has taken a signal, for a limited time.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="TimeoutException">The time passed before a signal was taken.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before a signal was taken.</exception>
    public void Wait(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        _queue.Wait(0, WaitLimits.Throwing(timeout, cancellationToken));

    /// <summary>Blocks the thread until it has taken a signal, or the time has passed.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether a signal was taken before the time had passed.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before a signal was taken.</exception>
    public bool TryWait(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        _queue.Wait(0, WaitLimits.Trying(timeout, cancellationToken));

    /// <summary>Names the event in reports, such as <c>AsyncAutoResetEvent "work"</c>.</summary>
    /// <returns>The type with the name.</returns>
    public override string ToString() => WatchedWait.NameOf(nameof(AsyncAutoResetEvent), Name);

    private sealed class Queue(object owner, bool isSet, TimeProvider? timeProvider)
        : SignalQueue(owner, timeProvider, "wait for the event")
    {
        private bool _isSet = isSet;

        public bool IsSet => Volatile.Read(ref _isSet);

        public void Set()
        {
            Enter();
            Volatile.Write(ref _isSet, true);
            ExitAndRelease();
        }

        public void Reset()
        {
            Enter();
            Volatile.Write(ref _isSet, false);
            Exit();
        }

        protected override bool TryPass(long request)
        {
            bool passes = _isSet;
            if (passes) Volatile.Write(ref _isSet, false);
            return passes;
        }
    }
}
