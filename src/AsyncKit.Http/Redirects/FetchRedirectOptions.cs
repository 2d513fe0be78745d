namespace AsyncKit.Http;

/// <summary>Which redirects are followed.</summary>
/// <remarks>
/// The fetcher follows them itself: each target is checked by <see cref="HttpFetcherOptions.Outbound"/>, waits at the
/// gate of its own host, and takes its permits. 301 and 302 turn a POST into a GET, 303 everything but HEAD; 307 and
/// 308 send the same again.
/// </remarks>
public sealed class FetchRedirectOptions
{
    /// <summary>How many are followed one after the other: zero, for none, or more. Default: 10.</summary>
    public int Max { get; set; } = 10;

    /// <summary>Whether one from https to http is followed. Default: no.</summary>
    public bool AllowHttpsToHttp { get; set; }

    /// <summary>
    /// Whether <c>Authorization</c>, <c>Proxy-Authorization</c> and <c>Cookie</c> go along to another origin, that is,
    /// to another scheme, host or port. Default: no.
    /// </summary>
    public bool KeepCredentialsCrossOrigin { get; set; }

    internal FetchRedirectOptions Copy() => (FetchRedirectOptions)MemberwiseClone();

    internal IEnumerable<string> Violations(string name) => OptionRules.Range($"{name}.{nameof(Max)}", Max, least: 0);
}
