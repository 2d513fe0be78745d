namespace AsyncKit.Http;

/// <summary>When a host that keeps failing is not asked for a while.</summary>
/// <remarks>
/// Polly's circuit breaker, one for each host. While it is open, attempts fail at once with
/// <see cref="FetchFailure.CircuitOpen"/>; they were not sent, and are retried like others. Then one is let through to
/// see.
/// </remarks>
public sealed class FetchCircuitBreakerOptions
{
    /// <summary>The share of attempts that must fail for it to open: 0 to 1. Default: 0.1.</summary>
    public double FailureRatio { get; set; } = 0.1;

    /// <summary>With fewer attempts than this within the window it stays closed: 2 or more. Default: 100.</summary>
    public int MinimumThroughput { get; set; } = 100;

    /// <summary>
    /// The window in which attempts are counted: 0.5 seconds to 1 day, and at least twice the limit of an attempt.
    /// Default: 30 seconds.
    /// </summary>
    public TimeSpan SamplingDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long it stays open: 0.5 seconds to 1 day. Default: 5 seconds.</summary>
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(5);

    internal FetchCircuitBreakerOptions Copy() => (FetchCircuitBreakerOptions)MemberwiseClone();

    internal IEnumerable<string> Violations(string name) =>
    [
        .. OptionRules.Range($"{name}.{nameof(FailureRatio)}", FailureRatio, least: 0, most: 1),
        .. OptionRules.Range($"{name}.{nameof(MinimumThroughput)}", MinimumThroughput, least: 2),
        .. OptionRules.Range($"{name}.{nameof(SamplingDuration)}", SamplingDuration, TimeSpan.FromSeconds(0.5)),
        .. OptionRules.Range($"{name}.{nameof(BreakDuration)}", BreakDuration, TimeSpan.FromSeconds(0.5)),
    ];
}
