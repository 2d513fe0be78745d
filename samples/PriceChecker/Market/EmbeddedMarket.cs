using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PriceChecker.Market;

/// <summary>A server inside the program that plays all the shops, each under the name of its own.</summary>
internal sealed class EmbeddedMarket : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly int _port;

    private EmbeddedMarket(WebApplication server, IReadOnlyDictionary<string, Shop> shops)
    {
        (_server, Shops) = (server, shops);
        _port = new Uri(server.Urls.Single()).Port;
    }

    /// <summary>The shops, by their hosts.</summary>
    public IReadOnlyDictionary<string, Shop> Shops { get; }

    /// <summary>What a name server would know: all of them are here.</summary>
    public static Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken) =>
        Task.FromResult<IPAddress[]>([IPAddress.Loopback]);

    public static async Task<EmbeddedMarket> StartAsync(int shops, CancellationToken cancellationToken)
    {
        Dictionary<string, Shop> byHost = Enumerable.Range(0, shops)
            .Select(static number => new Shop(number))
            .ToDictionary(static shop => shop.Host, StringComparer.Ordinal);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        WebApplication server = builder.Build();
        server.Run(context => byHost[context.Request.Host.Host].AnswerAsync(ProductOf(context.Request), context));
        await server.StartAsync(cancellationToken);
        return new EmbeddedMarket(server, byHost);
    }

    /// <summary>Where a shop tells the price of a product.</summary>
    public Uri PriceOf(Shop shop, int product) => new($"http://{shop.Host}:{_port}/prices/{product}");

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static int ProductOf(HttpRequest request) =>
        int.Parse(request.Path.Value!.Split('/')[^1], CultureInfo.InvariantCulture);
}
