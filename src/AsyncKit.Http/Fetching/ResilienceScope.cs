namespace AsyncKit.Http;

/// <summary>Who shares a gate, a circuit breaker, a retry budget and the permits of a host.</summary>
public enum ResilienceScope
{
    /// <summary>The requests to one authority: scheme, host and port. Others do not suffer for it.</summary>
    Authority,

    /// <summary>All requests of the fetcher, as in Microsoft.Extensions.Http.Resilience.</summary>
    Client,
}
