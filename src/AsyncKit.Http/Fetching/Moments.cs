namespace AsyncKit.Http;

/// <summary>Sums and waits for times that a server names, which may be beyond the calendar.</summary>
internal static class Moments
{
    public static DateTimeOffset Add(DateTimeOffset now, TimeSpan wait) =>
        wait < DateTimeOffset.MaxValue - now ? now + wait : DateTimeOffset.MaxValue;

    /// <summary>The time up to a whole millisecond, which is what timers count: never early.</summary>
    public static TimeSpan ToTimer(TimeSpan wait) => TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
}
