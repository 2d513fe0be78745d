namespace AsyncKit.Http;

/// <summary>How long a host is left alone after it said 429 or 503.</summary>
/// <remarks>
/// The pause holds for every request to the host, not only for the one that heard of it. <c>Retry-After</c> names its
/// length; without the header it is <see cref="BaseDelay"/>, doubled with each refusal of a request that was sent after
/// the pause before, up to <see cref="MaxDelay"/>. An answer that is a success ends the doubling.
/// </remarks>
public sealed class HostGateOptions
{
    /// <summary>
    /// The first pause when the server names none: zero, for none, to 1 day. Default: 2 seconds.
    /// </summary>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest pause that the server did not name itself: zero to 1 day. Default: 60 seconds.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(60);

    internal HostGateOptions Copy() => (HostGateOptions)MemberwiseClone();

    internal IEnumerable<string> Violations(string name) =>
    [
        .. OptionRules.Range($"{name}.{nameof(BaseDelay)}", BaseDelay, TimeSpan.Zero),
        .. OptionRules.Range($"{name}.{nameof(MaxDelay)}", MaxDelay, TimeSpan.Zero),
    ];
}
