using System.Diagnostics.Metrics;
using System.Net;
using AsyncKit.Http;
using AsyncKit.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AsyncKit.Snippets;

public class HttpHostingSnippets
{
    [Fact]
    public async Task Metrics_AreHeardByTheNameOfTheMeter()
    {
        using var server = new HttpStub();
        server.OnAny().Reply(HttpStatusCode.BadGateway).Reply(HttpStatusCode.OK);
        await using var fetcher = new HttpFetcher(
            server, new HttpFetcherOptions { Retry = { Delay = TimeSpan.Zero, UseJitter = false } });

        #region http-telemetry
        long retries = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument is { Meter.Name: "AsyncKit.Http", Name: "asynckit.http.retries" })
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            if (tags.Contains(new("server.address", "telemetry.test"))) retries += count;
        });
        listener.Start();

        await fetcher.GetAsync(new Uri("https://telemetry.test/"), TestContext.Current.CancellationToken);
        #endregion

        Assert.Equal(1, retries);
    }

    [Fact]
    public void Telemetry_GoesWhereTheOptionsSay()
    {
        using ILoggerFactory loggerFactory = LoggerFactory.Create(static _ => { });

        #region http-telemetry-options
        using var fetcher = new HttpFetcher(new HttpFetcherOptions { LoggerFactory = loggerFactory });
        #endregion

        Assert.Empty(fetcher.GetSnapshot().Hosts);
    }

    [Fact]
    public async Task AContainer_HasAFetcher_AndClients()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Catalogue:Retry:MaxRetryAttempts"] = "5",
            ["Catalogue:AttemptTimeout:Timeout"] = "00:00:05",
        });

        #region http-hosting
        // The fetcher of the application: inject HttpFetcher.
        builder.Services.AddHttpFetcher(options => options.UserAgent = "PriceWatch/1.0 (+https://example.org/about)");

        // One with a name: inject [FromKeyedServices("mirror")] HttpFetcher.
        builder.Services.AddHttpFetcher("mirror", options => options.Body.MaxBytes = 1_000_000);

        // An HttpClient, as before, with the handler in its chain.
        builder.Services.AddHttpClient("catalogue")
            .AddFetchResilience(builder.Configuration.GetSection("Catalogue"));
        #endregion

        using IHost host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        Assert.NotSame(
            host.Services.GetRequiredService<HttpFetcher>(),
            host.Services.GetRequiredKeyedService<HttpFetcher>("mirror"));
        using HttpClient client = host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("catalogue");
        Assert.Equal(Timeout.InfiniteTimeSpan, client.Timeout);
    }

    [Fact]
    public async Task AHandler_NeedsNoContainer()
    {
        using var primaryHandler = new HttpStub();
        primaryHandler.OnAny().Reply(HttpStatusCode.InternalServerError).Reply(HttpStatusCode.OK);

        #region http-resilience
        using var handler = new FetchResilienceHandler(new HttpFetcherOptions
        {
            Compatibility = FetchCompatibility.HttpResilience,
            Retry = { Delay = TimeSpan.FromMilliseconds(10) },
        })
        {
            InnerHandler = primaryHandler,
        };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        #endregion

        using HttpResponseMessage response = await client.PostAsync(
            new Uri("https://example.org/"), new StringContent("order"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, primaryHandler.Calls.Count);
    }
}
