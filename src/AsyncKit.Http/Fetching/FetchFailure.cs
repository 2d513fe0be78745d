namespace AsyncKit.Http;

/// <summary>Why a fetch, or one of its attempts, failed.</summary>
public enum FetchFailure
{
    /// <summary>The server answered with a status that is not a success.</summary>
    Status,

    /// <summary>The host's name could not be resolved.</summary>
    Dns,

    /// <summary>No connection could be made.</summary>
    Connect,

    /// <summary>The secure connection could not be made: a certificate or protocol was refused. Not retried.</summary>
    Tls,

    /// <summary>The connection broke, or what came over it was not HTTP.</summary>
    Transport,

    /// <summary>The body ended before its end, or could not be decompressed.</summary>
    BodyTruncated,

    /// <summary>The body is larger than <see cref="HttpFetcherOptions.MaxBodyBytes"/>. Not retried.</summary>
    TooLarge,

    /// <summary>The attempt did not end within <see cref="HttpFetcherOptions.AttemptTimeout"/>.</summary>
    AttemptTimeout,

    /// <summary>
    /// The fetch did not end within <see cref="HttpFetcherOptions.TotalRequestTimeout"/>. Not retried.
    /// </summary>
    TotalTimeout,

    /// <summary>
    /// The server asked for a longer wait than <see cref="FetchRetryOptions.MaxRetryAfter"/> or what was left of the
    /// total limit.
    /// </summary>
    RetryAfterTooLong,
}
