using System.Net;
using System.Runtime.CompilerServices;

namespace AsyncKit.Http.Tests.Security;

/// <summary>The parts of outbound protection that lie below the fetcher.</summary>
internal static class OutboundAccess
{
    private const string Connector = "AsyncKit.Http.OutboundConnector, AsyncKit.Http";

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    [return: UnsafeAccessorType(Connector)]
    public static extern object CreateConnector(
        OutboundPolicy policy,
        Func<string, CancellationToken, Task<IPAddress[]>>? resolver,
        TimeProvider timeProvider,
        TimeSpan connectTimeout,
        Action<DnsEndPoint, IPAddress>? connected);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "ConnectAsync")]
    public static extern ValueTask<Stream> ConnectAsync(
        [UnsafeAccessorType(Connector)] object connector,
        SocketsHttpConnectionContext context,
        CancellationToken cancellationToken);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "ThrowIfRefused")]
    public static extern void ThrowIfRefused(OutboundPolicy policy, Uri uri);
}
