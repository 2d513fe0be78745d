using AsyncKit.Timing;

namespace AsyncKit.Synchronization;

/// <summary>What may end a wait before it is granted.</summary>
/// <param name="Timeout">How long it may last.</param>
/// <param name="IsTry">Whether a wait that lasted that long ends with a result that says so, not an exception.</param>
/// <param name="Token">The caller's token.</param>
internal readonly record struct WaitLimits(TimeSpan Timeout, bool IsTry, CancellationToken Token)
{
    public static WaitLimits Only(CancellationToken cancellationToken) =>
        new(System.Threading.Timeout.InfiniteTimeSpan, IsTry: false, cancellationToken);

    public bool IsInfinite => Timeout == System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>Whether the wait may last for a while, but not for ever.</summary>
    public bool IsTimed => !IsInfinite && Timeout != TimeSpan.Zero;

    public static WaitLimits Throwing(TimeSpan timeout, CancellationToken cancellationToken) =>
        new(Checked(timeout), IsTry: false, cancellationToken);

    public static WaitLimits Trying(TimeSpan timeout, CancellationToken cancellationToken) =>
        new(Checked(timeout), IsTry: true, cancellationToken);

    /// <summary>What a wait throws that lasted that long.</summary>
    public TimeoutException TimedOut(object awaited) => new($"The wait for {awaited} took longer than {Timeout}.");

    /// <summary>When a wait that begins now has lasted too long, as a timestamp of the clock; never, if it is not
    /// timed.</summary>
    public long DueBy(TimeProvider clock) =>
        IsTimed ? MomentAfter(Timeout, clock.GetTimestamp(), clock) : long.MaxValue;

    /// <summary>What is left for the next of several waits that share these limits. It only tries.</summary>
    public WaitLimits LeftUntil(long due, TimeProvider clock) => this with
    {
        Timeout = IsTimed ? TimeBetween(clock.GetTimestamp(), due, clock) : Timeout,
        IsTry = true,
    };

    /// <summary>When a time that begins now is over, as a timestamp of the clock.</summary>
    public static long MomentAfter(TimeSpan time, long now, TimeProvider clock)
    {
        // Most clocks count whole parts of a tick, and then no 128 bits are needed. Another one may be about to count
        // on, and so the moment is one later.
        (long perTick, long rest) = Math.DivRem(clock.TimestampFrequency, TimeSpan.TicksPerSecond);
        return rest is 0
            ? now + (time.Ticks * perTick)
            : now + 1 + CeilingOf((Int128)time.Ticks * clock.TimestampFrequency, TimeSpan.TicksPerSecond);
    }

    /// <summary>The time to a moment that may have passed, rounded up: no timer is to be set for too soon.</summary>
    public static TimeSpan TimeBetween(long now, long moment, TimeProvider clock)
    {
        if (moment <= now) return TimeSpan.Zero;
        long ticks = CeilingOf(((Int128)moment - now) * TimeSpan.TicksPerSecond, clock.TimestampFrequency);

        // More than a timer takes: a clock that was set back, or permits that come so late. It is set again on the way.
        return new TimeSpan(Math.Min(ticks, TimerRange.Longest.Ticks));
    }

    /// <summary>A time in whole milliseconds, rounded up; the infinite time stays what it is.</summary>
    public static TimeSpan InMilliseconds(TimeSpan time) => time == System.Threading.Timeout.InfiniteTimeSpan
        ? time
        : TimeSpan.FromMilliseconds((time.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond);

    private static long CeilingOf(Int128 dividend, long divisor) =>
        (long)Int128.Min((dividend + divisor - 1) / divisor, long.MaxValue);

    private static TimeSpan Checked(TimeSpan timeout)
    {
        TimerRange.ThrowIfOutside(timeout);
        return timeout;
    }
}
