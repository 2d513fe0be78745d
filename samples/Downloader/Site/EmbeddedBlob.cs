using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Downloader.Site;

/// <summary>A server inside the program, on a free port of this machine, with one file of 32 MiB.</summary>
internal sealed class EmbeddedBlob : IAsyncDisposable
{
    public const int Length = 32 * 1024 * 1024;

    private readonly KestrelServer _server;
    private readonly BlobApplication _application;

    private EmbeddedBlob(KestrelServer server, BlobApplication application, byte[] content)
    {
        (_server, _application) = (server, application);
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        Uri = new Uri($"{server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single()}/blob.bin");
    }

    public Uri Uri { get; }

    public string Sha256 { get; }

    public int Requests => _application.Requests;

    public long BytesSent => _application.BytesSent;

    public static async Task<EmbeddedBlob> StartAsync(CancellationToken cancellationToken)
    {
        byte[] content = new byte[Length];
        new Random(1).NextBytes(content);
        var application = new BlobApplication(content);
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Listen(IPAddress.Loopback, port: 0);
        var transport = new SocketTransportFactory(
            Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        var server = new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
        await server.StartAsync(application, cancellationToken);
        return new EmbeddedBlob(server, application, content);
    }

    /// <summary>Stops at once.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new CancellationToken(canceled: true));
        _server.Dispose();
    }
}
