using System.Diagnostics;
using AsyncKit.Diagnostics;

namespace AsyncKit.Synchronization;

/// <summary>A gate that is open or shut: who waits while it is shut goes on when it is opened, all of them.</summary>
/// <remarks>
/// <para><b>Set and reset.</b> <see cref="Set"/> releases all who wait at that moment, also when <see cref="Reset"/>
/// follows at once; who comes after the reset waits for the next <see cref="Set"/>.</para>
/// <para><b>Order.</b> They go on in the order in which they came.</para>
/// <para><b>Cancellation.</b> The token is asked first, also when the event is set.</para>
/// <para><b>Time limits</b> are from <see cref="TimeSpan.Zero"/>, which never waits, to 4,294,967,294 milliseconds
/// (about 49.7 days), or <see cref="Timeout.InfiniteTimeSpan"/>.</para>
/// <para><b>Threads.</b> Synchronous and asynchronous waits stand in one queue. A blocked thread is woken by the one
/// that sets; it takes no thread of the pool. Code that awaits goes on in the thread pool or in its context, never
/// inside <see cref="Set"/>. A wait is awaited once. There is nothing to dispose. Thread-safe.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}: IsSet = {IsSet}, Waiters = {WaiterCount}")]
public sealed class AsyncManualResetEvent
{
    private readonly Queue _queue;

    /// <summary>Makes an event.</summary>
    /// <param name="isSet">Whether it is set from the beginning.</param>
    /// <param name="name">Its name in reports and messages.</param>
    /// <param name="timeProvider">The clock of time limits; by default that of the system.</param>
    public AsyncManualResetEvent(bool isSet = false, string? name = null, TimeProvider? timeProvider = null)
    {
        Name = name;
        _queue = new Queue(this, isSet, timeProvider);
    }

    /// <summary>Its name in reports and messages, if it was given one.</summary>
    public string? Name { get; }

    /// <summary>Whether it is set at this moment.</summary>
    public bool IsSet => _queue.IsSet;

    /// <summary>How many wait at this moment.</summary>
    public int WaiterCount => _queue.Waiters.Count;

    /// <summary>Sets the event, until it is reset, and releases all who wait. Set already, nothing happens.</summary>
    public void Set()
    {
        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(this, "set the event");
        _queue.Set();
    }

    /// <summary>Resets the event: who comes from now on waits.</summary>
    public void Reset()
    {
        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(this, "reset the event");
        _queue.Reset();
    }

    /// <summary>Waits until the event is set.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when the event is set.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled before the event was set.</exception>
    public ValueTask WaitAsync(CancellationToken cancellationToken = default) =>
        WaitAsync(WaitLimits.Only(cancellationToken));

    /// <summary>Waits until the event is set, for a limited time.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when the event is set.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="TimeoutException">The time passed before the event was set.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the event was set.</exception>
    public ValueTask WaitAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        WaitAsync(WaitLimits.Throwing(timeout, cancellationToken));

    /// <summary>Waits until the event is set, or the time has passed.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether the event was set before the time had passed.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the event was set.</exception>
    public ValueTask<bool> TryWaitAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        WaitLimits limits = WaitLimits.Trying(timeout, cancellationToken);
        return IsOpenTo(limits) ? new ValueTask<bool>(true) : _queue.TryWaitAsync(0, limits);
    }

    /// <summary>Blocks the thread until the event is set.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled before the event was set.</exception>
    public void Wait(CancellationToken cancellationToken = default) => Block(WaitLimits.Only(cancellationToken));

    /// <summary>Blocks the thread until the event is set, for a limited time.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="TimeoutException">The time passed before the event was set.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the event was set.</exception>
    public void Wait(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        Block(WaitLimits.Throwing(timeout, cancellationToken));

    /// <summary>Blocks the thread until the event is set, or the time has passed.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether the event was set before the time had passed.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the event was set.</exception>
    public bool TryWait(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        Block(WaitLimits.Trying(timeout, cancellationToken));

    /// <summary>Names the event in reports, such as <c>AsyncManualResetEvent "ready"</c>.</summary>
    /// <returns>The type with the name.</returns>
    public override string ToString() => WatchedWait.NameOf(nameof(AsyncManualResetEvent), Name);

    // Nobody waits while it is set, so who finds it set overtakes nobody.
    private bool IsOpenTo(in WaitLimits limits) =>
        IsSet && !limits.Token.IsCancellationRequested && !WatchedWait.IsWanted;

    private ValueTask WaitAsync(in WaitLimits limits) =>
        IsOpenTo(limits) ? ValueTask.CompletedTask : _queue.WaitAsync(0, limits);

    private bool Block(in WaitLimits limits) => IsOpenTo(limits) || _queue.Wait(0, limits);

    private sealed class Queue(object owner, bool isSet, TimeProvider? timeProvider)
        : SignalQueue(owner, timeProvider, "wait for the event")
    {
        private bool _isSet = isSet;

        public bool IsSet => Volatile.Read(ref _isSet);

        public void Set()
        {
            if (IsSet) return;
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

        protected override bool TryPass(long request) => _isSet;
    }
}
