namespace AsyncKit.Http;

/// <summary>Sums of moments and times that a server names, which may be beyond the calendar.</summary>
internal static class Moments
{
    public static DateTimeOffset Add(DateTimeOffset now, TimeSpan wait) =>
        wait < DateTimeOffset.MaxValue - now ? now + wait : DateTimeOffset.MaxValue;
}
