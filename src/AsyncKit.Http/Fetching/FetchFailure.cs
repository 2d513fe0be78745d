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

    /// <summary>
    /// The body did not go on within <see cref="FetchBodyOptions.IdleTimeout"/>, or came more slowly than
    /// <see cref="FetchBodyOptions.MinBytesPerSecond"/>.
    /// </summary>
    BodyStalled,

    /// <summary>
    /// The body is larger than <see cref="FetchBodyOptions.MaxBytes"/> or
    /// <see cref="FetchBodyOptions.MaxStreamBytes"/>. Not retried.
    /// </summary>
    TooLarge,

    /// <summary>
    /// The body grows by more than <see cref="FetchBodyOptions.MaxDecompressionRatio"/> when it is decompressed. Not
    /// retried.
    /// </summary>
    DecompressionBomb,

    /// <summary>
    /// What came is not what was promised: its digest, its length, or the range it is of. Not retried.
    /// </summary>
    ContentMismatch,

    /// <summary>The attempt did not end within <see cref="HttpFetcherOptions.AttemptTimeout"/>.</summary>
    AttemptTimeout,

    /// <summary>
    /// The fetch did not end within <see cref="HttpFetcherOptions.TotalRequestTimeout"/>, or its own
    /// <see cref="FetchRequest.Deadline"/>. Not retried.
    /// </summary>
    TotalTimeout,

    /// <summary>
    /// The server asked for a longer wait than <see cref="FetchRetryOptions.MaxRetryAfter"/> or what was left of the
    /// total limit; this request's answer said so, or that of another to the same host.
    /// </summary>
    RetryAfterTooLong,

    /// <summary>
    /// There were as many redirects as <see cref="FetchRedirectOptions.Max"/>, and one more. Not retried.
    /// </summary>
    RedirectLimit,

    /// <summary>A redirect led from https to http, or to another scheme. Not retried.</summary>
    RedirectRefused,

    /// <summary><see cref="HttpFetcherOptions.Outbound"/> forbids the address. Not retried.</summary>
    Blocked,

    /// <summary>The attempt failed, and <see cref="HttpFetcherOptions.Budget"/> allowed no other.</summary>
    BudgetExhausted,

    /// <summary>The host's circuit breaker is open: the request was not sent.</summary>
    CircuitOpen,

    /// <summary>
    /// More requests waited than <see cref="FetchConcurrencyOptions.QueueLimit"/> allows: the request was not sent.
    /// </summary>
    RateLimited,
}
