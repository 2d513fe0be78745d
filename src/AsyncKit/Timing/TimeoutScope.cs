using System.Diagnostics;

namespace AsyncKit.Timing;

/// <summary>The limit of work that runs, in the hands of that work.</summary>
/// <remarks>
/// For work that gets on, and may go on as long as it does: a download that extends its limit with each part that
/// comes. What <c>asyncio.timeout</c> of Python gives. Thread-safe.
/// </remarks>
[DebuggerDisplay("{Deadline}, HasExpired = {HasExpired}")]
public sealed class TimeoutScope
{
    private readonly TimeLimit _limit;

    internal TimeoutScope(TimeLimit limit) => _limit = limit;

    /// <summary>The deadline that holds at this moment.</summary>
    public Deadline Deadline => _limit.Deadline;

    /// <summary>How long it is to that deadline: zero when it has passed, <see cref="Timeout.InfiniteTimeSpan"/> when
    /// it never does.</summary>
    public TimeSpan Remaining => Deadline.Remaining;

    /// <summary>Whether the deadline has passed, and the token of the work was cancelled for that.</summary>
    public bool HasExpired => _limit.HasPassed;

    /// <summary>Moves the deadline: so far from now, on the clock of the present one.</summary>
    /// <param name="timeout">From zero to 4,294,967,294 milliseconds (about 49.7 days), or
    /// <see cref="Timeout.InfiniteTimeSpan"/>; see <see cref="Deadline.After"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="InvalidOperationException">The deadline has passed, or the work has ended.</exception>
    public void Reschedule(TimeSpan timeout) => Reschedule(Deadline.After(timeout, Deadline.TimeProvider));

    /// <summary>Moves the deadline.</summary>
    /// <param name="deadline">The deadline that is to hold from now on.</param>
    /// <exception cref="InvalidOperationException">The deadline has passed, or the work has ended.</exception>
    public void Reschedule(Deadline deadline) => _limit.Move(deadline);
}
