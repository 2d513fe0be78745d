using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Tour.Site;

/// <summary>An unreliable website inside the program, on a free port of this machine.</summary>
/// <remarks>
/// It is a bare web server without a host around it: nothing reads the environment or configuration files, writes a
/// log, or takes Ctrl+C away from the program.
/// </remarks>
[DebuggerDisplay("{Root}, {Plan.Facts}")]
internal sealed class EmbeddedSite : IAsyncDisposable
{
    private readonly KestrelServer _server;

    private EmbeddedSite(KestrelServer server, SitePlan plan)
    {
        _server = server;
        Plan = plan;
        Root = new Uri(server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single());
    }

    public Uri Root { get; }

    public SitePlan Plan { get; }

    public static async Task<EmbeddedSite> StartAsync(
        int seed, int pages, CancellationToken cancellationToken)
    {
        var plan = SitePlan.Create(seed, pages);
        var server = CreateServer();
        try
        {
            await server.StartAsync(new SiteApplication(plan), cancellationToken);
            return new EmbeddedSite(server, plan);
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>Stops at once: connections are reset, and requests that are held end with them.</summary>
    public async ValueTask DisposeAsync()
    {
        // To the server a cancelled token means that the time for a graceful stop is over.
        await _server.StopAsync(new CancellationToken(canceled: true));
        _server.Dispose();
    }

    private static KestrelServer CreateServer()
    {
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Listen(IPAddress.Loopback, port: 0);
        var transport = new SocketTransportFactory(
            Options.Create(new SocketTransportOptions()), NullLoggerFactory.Instance);
        return new KestrelServer(Options.Create(options), transport, NullLoggerFactory.Instance);
    }
}
