namespace AsyncKit.Http;

/// <summary>How much of the traffic to a host may be retries.</summary>
/// <remarks>
/// Retries help against failures that are few. When most requests fail, each retry adds to the load that makes them
/// fail; the budget ends that: within the window there may be as many retries as <see cref="Ratio"/> of the requests,
/// and <see cref="MinRetriesPerSecond"/> besides. The numbers are those of Finagle.
/// </remarks>
public sealed class RetryBudgetOptions
{
    /// <summary>How long a request counts: 1 second to 1 day. Default: 10 seconds.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Retries that are allowed however few requests there are: zero or more a second. Default: 10.</summary>
    public double MinRetriesPerSecond { get; set; } = 10;

    /// <summary>Retries for each request: zero or more. Default: 0.2, which is one for five.</summary>
    public double Ratio { get; set; } = 0.2;

    internal RetryBudgetOptions Copy() => (RetryBudgetOptions)MemberwiseClone();

    internal IEnumerable<string> Violations(string name) =>
    [
        .. OptionRules.Range($"{name}.{nameof(Window)}", Window, TimeSpan.FromSeconds(1)),
        .. OptionRules.Range($"{name}.{nameof(MinRetriesPerSecond)}", MinRetriesPerSecond, least: 0),
        .. OptionRules.Range($"{name}.{nameof(Ratio)}", Ratio, least: 0),
    ];
}
