namespace AsyncKit.Testing.Tests;

/// <summary>Options that are all unlike the defaults.</summary>
internal static class SomeOptions
{
    public static AsyncTestOptions Value { get; } = new()
    {
        RealTimeout = Timeout.InfiniteTimeSpan,
        MaxSteps = 5,
        StartTime = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.FromHours(2)),
        TimeZone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Rome"),
        AutoAdvance = AutoAdvance.Manual,
        ExternalGrace = TimeSpan.FromMilliseconds(7),
        IdleThreshold = TimeSpan.FromMilliseconds(8),
        Blocking = BlockingPolicy.Pump,
        RealTime = RealTimePolicy.Fail,
        Leaks = LeakChecks.All,
    };
}
