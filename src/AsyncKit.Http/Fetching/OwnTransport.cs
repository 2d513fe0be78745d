namespace AsyncKit.Http;

/// <summary>The connections that a fetcher makes itself.</summary>
internal static class OwnTransport
{
    public static SocketsHttpHandler Create(HttpFetcherOptions options, HostTable hosts) => new()
    {
        // The fetcher follows redirects itself: each target is a request like any other, checked and limited.
        AllowAutoRedirect = false,
        ConnectCallback = new OutboundConnector(
            options.Outbound,
            options.Resolver,
            options.TimeProvider,
            options.AttemptTimeout.Timeout,
            hosts.Connected).ConnectAsync,
        EnableMultipleHttp2Connections = true,
        MaxConnectionsPerServer = options.RateLimiter?.MaxConnectionsPerHost ?? int.MaxValue,

        // What is left of the body of an answer that nobody wants is not worth reading.
        MaxResponseDrainSize = 4096,

        // So that changes in DNS are seen.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        UseCookies = false,

        // Of a target behind a proxy nobody here sees the address.
        UseProxy = options.Outbound.IsUnrestricted,
    };
}
