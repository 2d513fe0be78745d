using System.Globalization;

namespace AsyncKit.Testing;

/// <summary>What the attributes have in common.</summary>
internal interface IAsyncTestAttribute
{
    int RealTimeoutMilliseconds { get; }

    int MaxSteps { get; }

    string StartTime { get; }

    string TimeZone { get; }

    AutoAdvance AutoAdvance { get; }

    int ExternalGraceMilliseconds { get; }

    int IdleThresholdMilliseconds { get; }

    BlockingPolicy Blocking { get; }

    RealTimePolicy RealTime { get; }

    LeakChecks Leaks { get; }

    // Checked here and not in the setters: xunit drops a test without a word when its attribute throws.
    AsyncTestOptions ToOptions();

    static AsyncTestOptions OptionsOf(IAsyncTestAttribute attribute) => Set(new AsyncTestOptions(), attribute);

    /// <summary>Options of the same type as those given, which have what these do not say.</summary>
    static AsyncTestOptions Set(AsyncTestOptions options, IAsyncTestAttribute attribute) => options with
    {
        RealTimeout = TimeSpan.FromMilliseconds(attribute.RealTimeoutMilliseconds),
        MaxSteps = attribute.MaxSteps,
        StartTime = DateTimeOffset.Parse(
            attribute.StartTime, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
        TimeZone = TimeZoneInfo.FindSystemTimeZoneById(attribute.TimeZone),
        AutoAdvance = attribute.AutoAdvance,
        ExternalGrace = TimeSpan.FromMilliseconds(attribute.ExternalGraceMilliseconds),
        IdleThreshold = TimeSpan.FromMilliseconds(attribute.IdleThresholdMilliseconds),
        Blocking = attribute.Blocking,
        RealTime = attribute.RealTime,
        Leaks = attribute.Leaks,
    };
}
