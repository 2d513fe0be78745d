using System.Diagnostics;
using System.Runtime.InteropServices;

namespace AsyncKit.Timing;

/// <summary>A moment until which something must be done: one for all the steps that have to share it.</summary>
/// <remarks>
/// <para>A timeout that is handed on starts anew at every step; a deadline does not. It is passed on as an argument,
/// and never found in the surroundings. It is measured on a monotonic clock: setting the time of day moves nothing. Go
/// and gRPC use the term in this sense.</para>
/// <para>A <see cref="TimeSpan"/> converts to the deadline that is so far away, on the clock of the system. Immutable
/// and thread-safe. <c>default</c> is <see cref="Never"/>.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
[StructLayout(LayoutKind.Auto)]
public readonly record struct Deadline
{
    private readonly TimeProvider? _timeProvider;

    // So that default is the deadline that never passes: null, and not zero.
    private readonly TimeSpan? _timeout;
    private readonly long _end;

    private Deadline(TimeSpan? timeout, long end, TimeProvider? timeProvider)
    {
        _timeout = timeout;
        _end = end;
        _timeProvider = timeProvider;
    }

    /// <summary>The deadline that never passes.</summary>
    public static Deadline Never => default;

    /// <summary>How long it was to the deadline when it was made; <see cref="Timeout.InfiniteTimeSpan"/> for one that
    /// never passes.</summary>
    public TimeSpan Timeout => _timeout ?? System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>The clock that it is measured on.</summary>
    public TimeProvider TimeProvider => _timeProvider ?? TimeProvider.System;

    /// <summary>Whether it has passed.</summary>
    public bool HasPassed => Remaining == TimeSpan.Zero;

    /// <summary>How long it is to the deadline: zero when it has passed; <see cref="Timeout.InfiniteTimeSpan"/> when it
    /// never does.</summary>
    public TimeSpan Remaining
    {
        get
        {
            if (_timeout is null) return System.Threading.Timeout.InfiniteTimeSpan;
            TimeSpan remaining = TimeProvider.GetElapsedTime(TimeProvider.GetTimestamp(), _end);
            return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
        }
    }

    /// <summary>Makes the deadline that is so far away from now.</summary>
    /// <param name="timeout">From <see cref="TimeSpan.Zero"/>, which has passed, to 4,294,967,294 milliseconds (about
    /// 49.7 days), or <see cref="Timeout.InfiniteTimeSpan"/> for one that never passes.</param>
    /// <param name="timeProvider">The clock; by default that of the system.</param>
    /// <returns>The deadline.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    public static Deadline After(TimeSpan timeout, TimeProvider? timeProvider = null)
    {
        TimerRange.ThrowIfOutside(timeout);
        if (timeout == System.Threading.Timeout.InfiniteTimeSpan)
            return new Deadline(timeout: null, end: 0, timeProvider);
        TimeProvider clock = timeProvider ?? TimeProvider.System;
        Int128 ticks = (Int128)timeout.Ticks * clock.TimestampFrequency / TimeSpan.TicksPerSecond;
        return new Deadline(timeout, clock.GetTimestamp() + (long)ticks, timeProvider);
    }

    /// <summary>Makes the deadline that is so far away from now, on the clock of the system.</summary>
    /// <inheritdoc cref="After"/>
    public static implicit operator Deadline(TimeSpan timeout) => After(timeout);

    /// <inheritdoc cref="op_Implicit"/>
    public static Deadline FromTimeSpan(TimeSpan timeout) => After(timeout);

    /// <summary>Makes a deadline for one step: this one, or sooner.</summary>
    /// <param name="timeout">How long the step may take at most.</param>
    /// <returns>This deadline, or the one after <paramref name="timeout"/> if that comes first, on the same
    /// clock.</returns>
    /// <inheritdoc cref="After" path="/exception"/>
    public Deadline AtMost(TimeSpan timeout)
    {
        Deadline other = After(timeout, _timeProvider);
        if (other._timeout is null) return this;
        return _timeout is null || other._end < _end ? other : this;
    }

    /// <summary>Throws if it has passed: to be asked between two steps that take no token.</summary>
    /// <exception cref="TimeoutException">It has passed.</exception>
    public void ThrowIfPassed()
    {
        if (HasPassed) throw new TimeoutException($"The limit of {Timeout} has passed.");
    }

    /// <summary>Says how long it was, and how long it still is.</summary>
    /// <returns>For example <c>00:00:05, 00:00:03 remaining</c>.</returns>
    public override string ToString() => _timeout is null ? "never" : $"{Timeout}, {Remaining} remaining";
}
