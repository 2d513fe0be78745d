namespace AsyncKit.Http;

/// <summary>How many requests may be under way, and how many may wait.</summary>
public sealed class FetchConcurrencyOptions
{
    /// <summary>How many requests may be under way at a time, to all hosts: 1 or more. Default: 1,000.</summary>
    public int PermitLimit { get; set; } = 1000;

    /// <summary>
    /// How many requests may wait for a permit; one more fails with <see cref="FetchFailure.RateLimited"/>. Zero or
    /// more. Default: without limit.
    /// </summary>
    public int QueueLimit { get; set; } = int.MaxValue;

    internal FetchConcurrencyOptions Copy() => (FetchConcurrencyOptions)MemberwiseClone();

    internal IEnumerable<string> Violations(string name) =>
    [
        .. OptionRules.Range($"{name}.{nameof(PermitLimit)}", PermitLimit, least: 1),
        .. OptionRules.Range($"{name}.{nameof(QueueLimit)}", QueueLimit, least: 0),
    ];
}
