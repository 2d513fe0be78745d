namespace AsyncKit.Http;

/// <summary>A time limit of a <see cref="HttpFetcher"/>.</summary>
public sealed class FetchTimeoutOptions
{
    /// <summary>
    /// The limit: from 10 milliseconds to 1 day. The defaults stand at the properties of
    /// <see cref="HttpFetcherOptions"/>.
    /// </summary>
    public TimeSpan Timeout { get; set; }

    internal FetchTimeoutOptions Copy() => (FetchTimeoutOptions)MemberwiseClone();

    internal IEnumerable<string> Violations(string name) =>
        OptionRules.Range($"{name}.{nameof(Timeout)}", Timeout, TimeSpan.FromMilliseconds(10));
}
