using AsyncKit.Concurrency;

namespace AsyncKit.Http;

/// <summary>How much a fetcher does at a time and in a time: over all, and for each host.</summary>
/// <remarks>
/// A request holds its permits from before it is sent until its body is read, and none while it waits for another
/// attempt or for a host that asked to be left alone. That of the host is taken first, so that a slow host does not use
/// up what all have in common.
/// </remarks>
public sealed class FetchRateLimiterOptions
{
    /// <summary>The limit over all hosts.</summary>
    /// <remarks>The name is that of Microsoft.Extensions.Http.Resilience, so that its configuration fits.</remarks>
    public FetchConcurrencyOptions DefaultRateLimiterOptions { get; set; } = new();

    /// <summary>
    /// A limit shared with others, used instead of a limit of the fetcher's own; its value may change at any time.
    /// Default: none.
    /// </summary>
    public ConcurrencyLimit? Shared { get; set; }

    /// <summary>How many requests may be under way at a time to one host: 1 or more. Default: 64.</summary>
    /// <remarks>
    /// Enough for a service that asks its backend, and little enough that one host that hangs leaves the others room.
    /// Six to eight are polite to a site that is not yours.
    /// </remarks>
    public int PermitLimitPerHost { get; set; } = 64;

    /// <summary>
    /// How many requests a second may be sent to one host, spread evenly: more than zero, also a fraction.
    /// Default: <see langword="null"/>, without limit.
    /// </summary>
    public double? RequestsPerSecondPerHost { get; set; }

    /// <summary>
    /// How many connections may be open to one host: 1 or more; only for connections that the fetcher makes itself.
    /// Default: without limit.
    /// </summary>
    public int MaxConnectionsPerHost { get; set; } = int.MaxValue;

    /// <summary>
    /// Whether a fetch holds its permit from its beginning to its end, also while it waits between attempts, as
    /// Microsoft.Extensions.Http.Resilience does. Default: no.
    /// </summary>
    public bool HoldPermitWhileWaiting { get; set; }

    internal FetchRateLimiterOptions Copy()
    {
        var copy = (FetchRateLimiterOptions)MemberwiseClone();
        copy.DefaultRateLimiterOptions = DefaultRateLimiterOptions.Copy();
        return copy;
    }

    internal IEnumerable<string> Violations(string name)
    {
        if (DefaultRateLimiterOptions is null)
            return [$"{name}.{nameof(DefaultRateLimiterOptions)} must not be null"];
        return
        [
            .. DefaultRateLimiterOptions.Violations($"{name}.{nameof(DefaultRateLimiterOptions)}"),
            .. OptionRules.Range($"{name}.{nameof(PermitLimitPerHost)}", PermitLimitPerHost, least: 1),
            .. OptionRules.Range(
                $"{name}.{nameof(RequestsPerSecondPerHost)}", RequestsPerSecondPerHost ?? 1, least: double.Epsilon),
            .. OptionRules.Range($"{name}.{nameof(MaxConnectionsPerHost)}", MaxConnectionsPerHost, least: 1),
        ];
    }
}
