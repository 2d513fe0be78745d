namespace AsyncKit.Http;

/// <summary>Whether a request may be sent more than once.</summary>
public enum RetrySafety
{
    /// <summary>
    /// By its method, as RFC 9110, section 9.2.2 has it: GET, HEAD, OPTIONS, TRACE, PUT and DELETE are idempotent and
    /// may be repeated; others only with an idempotency key, or when it is proven that they were not sent.
    /// </summary>
    ByMethod,

    /// <summary>It does no harm twice, whatever its method: the caller vouches for it.</summary>
    Idempotent,

    /// <summary>It is attempted once, whatever happens.</summary>
    NeverRetry,
}
