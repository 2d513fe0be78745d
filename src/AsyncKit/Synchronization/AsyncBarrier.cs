using System.Diagnostics;
using System.Runtime.CompilerServices;
using AsyncKit.Diagnostics;

namespace AsyncKit.Synchronization;

/// <summary>A meeting point for a number of participants: each waits until all have arrived, phase after
/// phase.</summary>
/// <remarks>
/// <para><b>Phases.</b> With the arrival of the last participant the phase is decided: all of them go on, and the next
/// phase begins. Each gets its place in the order of arrival, from 0; places have no gaps.</para>
/// <para><b>Cancellation.</b> The token is asked first. An arrival that is cancelled, or whose time passes, before the
/// last has arrived is withdrawn: the phase waits for one more. From the arrival of the last on, nobody is withdrawn;
/// so either all of a phase pass, or one throws and the phase is not complete.</para>
/// <para><b>The post-phase action</b> is called at most once for each phase, with its number and a token that
/// <see cref="Abort"/> and <see cref="Reset"/> cancel, when all have arrived and before any goes on. It is started by
/// the call that completes the phase, in the context of that call; where the thread is about to block, without its
/// <see cref="SynchronizationContext"/>. What it throws reaches each participant of the phase, and the next phase
/// begins all the same. Two actions never run at the same time: after a reset, one that does not heed its token holds
/// up the action of the next phase.</para>
/// <para><b>Broken.</b> <see cref="Abort"/> and <see cref="Reset"/> end the waits of all who have arrived with a
/// <see cref="BrokenBarrierException"/> at once, also while the action runs. What that throws then is nobody's result:
/// it is reported by <see cref="TaskScheduler.UnobservedTaskException"/>, unless it is the cancellation.</para>
/// <para><b>Time limits</b> are from <see cref="TimeSpan.Zero"/>, which does not wait for others to arrive, to
/// 4,294,967,294 milliseconds (about 49.7 days), or <see cref="Timeout.InfiniteTimeSpan"/>. They do not count the time
/// that the action takes.</para>
/// <para><b>Threads.</b> Synchronous and asynchronous arrivals stand in one queue, and go on in the order in which they
/// came. A blocked thread is woken by the one that completes the phase; it takes no thread of the pool. Code that
/// awaits goes on in the thread pool or in its context, never inside the call of another. A wait is awaited once. There
/// is nothing to dispose. Thread-safe.</para>
/// </remarks>
[DebuggerDisplay(
    "{ToString(),nq}: Phase = {CurrentPhaseNumber}, Remaining = {ParticipantsRemaining} of {ParticipantCount}")]
public sealed class AsyncBarrier
{
    private const string Arrival = "arrive at the barrier";

    private readonly BarrierQueue _queue;

    /// <summary>Makes a barrier.</summary>
    /// <param name="participantCount">How many have to arrive for a phase to end: zero or more.</param>
    /// <param name="postPhaseAction">What to do when all have arrived, before any goes on.</param>
    /// <param name="name">Its name in reports and messages.</param>
    /// <param name="timeProvider">The clock of time limits; by default that of the system.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="participantCount"/> is negative.</exception>
    [OverloadResolutionPriority(1)]
    public AsyncBarrier(
        int participantCount,
        Func<long, CancellationToken, ValueTask>? postPhaseAction = null,
        string? name = null,
        TimeProvider? timeProvider = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(participantCount);
        Name = name;
        _queue = new BarrierQueue(this, participantCount, postPhaseAction, timeProvider);
    }

    /// <summary>Makes a barrier with an action that returns a <see cref="Task"/>.</summary>
    /// <param name="participantCount">How many have to arrive for a phase to end: zero or more.</param>
    /// <param name="postPhaseAction">What to do when all have arrived, before any goes on.</param>
    /// <param name="name">Its name in reports and messages.</param>
    /// <param name="timeProvider">The clock of time limits; by default that of the system.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="participantCount"/> is negative.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="postPhaseAction"/> is
    /// <see langword="null"/>.</exception>
    public AsyncBarrier(
        int participantCount,
        Func<long, CancellationToken, Task> postPhaseAction,
        string? name = null,
        TimeProvider? timeProvider = null)
        : this(participantCount, Adapt(postPhaseAction), name, timeProvider)
    {
    }

    /// <summary>Its name in reports and messages, if it was given one.</summary>
    public string? Name { get; }

    /// <summary>How many participants there are.</summary>
    public int ParticipantCount => _queue.Participants;

    /// <summary>How many have not arrived yet in the phase of this moment; zero while its action runs.</summary>
    public int ParticipantsRemaining => _queue.Remaining;

    /// <summary>The number of the phase of this moment: how many have ended. While the action runs, it is that of the
    /// action.</summary>
    public long CurrentPhaseNumber => _queue.Phase;

    /// <summary>Whether it was aborted, and not reset since.</summary>
    public bool IsBroken => _queue.IsBroken;

    /// <summary>How many wait at this moment, for others to arrive or for the action to end.</summary>
    public int WaiterCount => _queue.WaiterCount;

    /// <summary>Arrives, and waits until all have.</summary>
    /// <param name="cancellationToken">Withdraws the arrival, until the last has arrived.</param>
    /// <returns>
    /// The place in the order of arrival: 0 for the first, <see cref="ParticipantCount"/> - 1 for the last.
    /// </returns>
    /// <exception cref="OperationCanceledException">The token was cancelled before all had arrived.</exception>
    /// <exception cref="BrokenBarrierException">The barrier was aborted or reset.</exception>
    /// <exception cref="BarrierPostPhaseException">The action threw; the next phase has begun.</exception>
    /// <exception cref="InvalidOperationException">
    /// All participants have arrived, and the action has not ended; or there are no participants.
    /// </exception>
    public ValueTask<int> SignalAndWaitAsync(CancellationToken cancellationToken = default) =>
        ArriveAsync(WaitLimits.Only(cancellationToken));

    /// <summary>Arrives, and waits for a limited time until all have.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Withdraws the arrival, until the last has arrived.</param>
    /// <returns>
    /// The place in the order of arrival: 0 for the first, <see cref="ParticipantCount"/> - 1 for the last.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="TimeoutException">The time passed before all had arrived; the arrival is withdrawn.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before all had arrived.</exception>
    /// <exception cref="BrokenBarrierException">The barrier was aborted or reset.</exception>
    /// <exception cref="BarrierPostPhaseException">The action threw; the next phase has begun.</exception>
    /// <exception cref="InvalidOperationException">
    /// All participants have arrived, and the action has not ended; or there are no participants.
    /// </exception>
    public ValueTask<int> SignalAndWaitAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        ArriveAsync(WaitLimits.Throwing(timeout, cancellationToken));

    /// <summary>Arrives, and waits until all have or the time has passed.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Withdraws the arrival, until the last has arrived.</param>
    /// <returns>
    /// The place in the order of arrival, from 0; -1 when the time passed before all had arrived, and the arrival is
    /// withdrawn.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before all had arrived.</exception>
    /// <exception cref="BrokenBarrierException">The barrier was aborted or reset.</exception>
    /// <exception cref="BarrierPostPhaseException">The action threw; the next phase has begun.</exception>
    /// <exception cref="InvalidOperationException">
    /// All participants have arrived, and the action has not ended; or there are no participants.
    /// </exception>
    public ValueTask<int> TrySignalAndWaitAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        ArriveAsync(WaitLimits.Trying(timeout, cancellationToken));

    /// <summary>Arrives, and blocks the thread until all have.</summary>
    /// <inheritdoc cref="SignalAndWaitAsync(CancellationToken)"/>
    public int SignalAndWait(CancellationToken cancellationToken = default) =>
        Arrive(WaitLimits.Only(cancellationToken));

    /// <summary>Arrives, and blocks the thread for a limited time until all have.</summary>
    /// <inheritdoc cref="SignalAndWaitAsync(TimeSpan, CancellationToken)"/>
    public int SignalAndWait(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        Arrive(WaitLimits.Throwing(timeout, cancellationToken));

    /// <summary>Arrives, and blocks the thread until all have or the time has passed.</summary>
    /// <inheritdoc cref="TrySignalAndWaitAsync"/>
    public int TrySignalAndWait(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        Arrive(WaitLimits.Trying(timeout, cancellationToken));

    /// <summary>Adds participants.</summary>
    /// <param name="participantCount">How many: 1 or more.</param>
    /// <returns>
    /// The number of the phase in which they take part first: that of this moment, or while its action runs the next.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="participantCount"/> is less than 1.</exception>
    /// <exception cref="InvalidOperationException">
    /// There would be more than <see cref="int.MaxValue"/>; none was added.
    /// </exception>
    public long AddParticipants(int participantCount = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(participantCount, 1);
        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(this, "add participants");
        if (_queue.TryAdd(participantCount, out int before, out long firstPhase)) return firstPhase;
        throw new InvalidOperationException(
            $"{this} has {before} participants: with {participantCount} more there would be more than {int.MaxValue}.");
    }

    /// <summary>Removes participants, who do not arrive any more.</summary>
    /// <remarks>If those who have arrived are all that are left, this completes the phase.</remarks>
    /// <param name="participantCount">How many: 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="participantCount"/> is less than 1.</exception>
    /// <exception cref="InvalidOperationException">
    /// Fewer would be left than have arrived already, or fewer than none; none was removed.
    /// </exception>
    public void RemoveParticipants(int participantCount = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(participantCount, 1);
        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(this, "remove participants");
        if (_queue.TryRemove(participantCount, out int before, out int arrived)) return;
        throw new InvalidOperationException(
            $"{this} has {before} participants, of whom {arrived} have arrived: {participantCount} cannot be removed.");
    }

    /// <summary>Breaks the barrier: all who wait, and all who arrive until <see cref="Reset"/>, get a
    /// <see cref="BrokenBarrierException"/>.</summary>
    /// <remarks>
    /// The token of an action that runs is cancelled, last of all; what its callbacks throw comes out of this call.
    /// </remarks>
    public void Abort()
    {
        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(this, "abort the barrier");
        _queue.Break(isForGood: true);
    }

    /// <summary>Makes the barrier whole again, with nobody arrived: all who wait get a
    /// <see cref="BrokenBarrierException"/>.</summary>
    /// <remarks>
    /// <para>Who arrives from now on takes part in a phase of the same number; or of the next, if all had
    /// arrived.</para>
    /// <para>The token of an action that runs is cancelled, last of all; what its callbacks throw comes out of this
    /// call. </para>
    /// </remarks>
    public void Reset()
    {
        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(this, "reset the barrier");
        _queue.Break(isForGood: false);
    }

    /// <summary>Names the barrier in reports, such as <c>AsyncBarrier "rounds"</c>.</summary>
    /// <returns>The type with the name.</returns>
    public override string ToString() => WatchedWait.NameOf(nameof(AsyncBarrier), Name);

    private static Func<long, CancellationToken, ValueTask> Adapt(Func<long, CancellationToken, Task> postPhaseAction)
    {
        ArgumentNullException.ThrowIfNull(postPhaseAction);
        return (phase, cancellationToken) => new ValueTask(postPhaseAction(phase, cancellationToken));
    }

    private ValueTask<int> ArriveAsync(in WaitLimits limits)
    {
        if (WatchedWait.IsWanted) return WatchedArriveAsync(limits);
        ArrivalWaiter waiter = _queue.Arrive(limits, isBlocking: false);
        return new ValueTask<int>(waiter, waiter.Version);
    }

    private int Arrive(in WaitLimits limits)
    {
        bool isWatched = WatchedWait.IsWanted;
        if (isWatched) AsyncDiagnostics.SchedulingPoint(this, Arrival);
        ArrivalWaiter waiter = _queue.Arrive(limits, isBlocking: true);
        if (isWatched) waiter.WatchAs(_queue.NewWatchedWait());
        waiter.Block();
        return waiter.GetResult(waiter.Version);
    }

    private ValueTask<int> WatchedArriveAsync(WaitLimits limits) =>
        WatchedWait.BeginAsync(this, Arrival, () =>
        {
            ArrivalWaiter waiter = _queue.Arrive(limits, isBlocking: false);
            waiter.WatchAs(_queue.NewWatchedWait());
            return new ValueTask<int>(waiter, waiter.Version);
        });
}
