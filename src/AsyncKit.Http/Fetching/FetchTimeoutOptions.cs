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

    internal IEnumerable<string> Violations(string name)
    {
        if (Timeout < TimeSpan.FromMilliseconds(10) || Timeout > TimeSpan.FromDays(1))
            yield return $"{name}.{nameof(Timeout)} must be from 10 milliseconds to 1 day, but was {Timeout}";
    }
}
