namespace AsyncKit.Http;

/// <summary>When an attempt that takes long gets company: hedged requests.</summary>
/// <remarks>
/// For safe methods without a body only. The first good answer wins; the others are cancelled and awaited. Each
/// additional attempt takes permits, and counts as a retry in the budget: without one left, none is made.
/// </remarks>
public sealed class FetchHedgingOptions
{
    /// <summary>How many attempts may run beside the first: 1 to 10. Default: 1.</summary>
    public int MaxHedgedAttempts { get; set; } = 1;

    /// <summary>How long each waits for the one before it: zero to 1 day. Default: 2 seconds.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(2);

    internal FetchHedgingOptions Copy() => (FetchHedgingOptions)MemberwiseClone();

    internal IEnumerable<string> Violations(string name) =>
    [
        .. OptionRules.Range($"{name}.{nameof(MaxHedgedAttempts)}", MaxHedgedAttempts, least: 1, most: 10),
        .. OptionRules.Range($"{name}.{nameof(Delay)}", Delay, TimeSpan.Zero),
    ];
}
