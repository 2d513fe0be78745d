using System.Net;
using System.Text.Json.Serialization;
using AsyncKit.Concurrency;
using AsyncKit.Http;
using AsyncKit.Testing;

namespace AsyncKit.Snippets;

public partial class HttpSnippets
{
    private static readonly Uri _api = new("https://api.example.org/");

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ARequest_HasAMethodHeadersAndABody()
    {
        CancellationToken cancellationToken = TestToken;
        using var server = new HttpStub();
        server.On(HttpMethod.Post, "/orders").Reply(HttpStatusCode.Created, "{\"Number\":7}");
        await using var fetcher = new HttpFetcher(server);

        #region http-fetcher-post
        var request = new FetchRequest(HttpMethod.Post, new Uri(_api, "orders"))
        {
            Body = FetchBody.FromJson(new Order(Article: "tea", Count: 2), Json.Default.Order),
            IdempotencyKey = "order-2031",
        };
        FetchResponse response = await fetcher.SendAsync(request, cancellationToken);
        Receipt? receipt = response.GetJson(Json.Default.Receipt);
        #endregion

        Assert.Equal(7, receipt?.Number);
        Assert.Equal("{\"Article\":\"tea\",\"Count\":2}", server.Calls[0].Body);
    }

    [Fact]
    public async Task AStream_GoesOn()
    {
        CancellationToken cancellationToken = TestToken;
        using var server = new HttpStub();
        server.On(HttpMethod.Get, "/export").Reply(HttpStatusCode.OK, "a large export");
        await using var fetcher = new HttpFetcher(server);
        using var target = new MemoryStream();

        #region http-fetcher-stream
        await using FetchStream export = await fetcher.OpenReadAsync(new Uri(_api, "export"), cancellationToken);
        await export.CopyToAsync(target, cancellationToken);
        #endregion

        Assert.Equal(14, target.Length);
    }

    [Fact]
    public async Task Many_AreFetched_AndNoFailureEndsTheOthers()
    {
        CancellationToken cancellationToken = TestToken;
        using var server = new HttpStub();
        server.On(HttpMethod.Get, "/prices/1").Reply(HttpStatusCode.OK, "1.20");
        server.On(HttpMethod.Get, "/prices/2").Reply(HttpStatusCode.NotFound);
        await using var fetcher = new HttpFetcher(server);
        var lines = new List<string>();

        #region http-fetcher-many
        IEnumerable<FetchRequest> requests = Enumerable.Range(1, 2)
            .Select(article => new FetchRequest(new Uri(_api, $"prices/{article}")));
        await foreach (FetchResult result in fetcher.FetchAllAsync(requests, maxConcurrency: 8, cancellationToken))
        {
            string what = result.Response?.GetString() ?? result.Exception!.Message;
            lines.Add($"{result.Request.Uri.AbsolutePath}: {what}");
        }
        #endregion

        Assert.Equal(2, lines.Count);
        Assert.Contains("/prices/1: 1.20", lines);
    }

    [Fact]
    public async Task APost_IsRepeated_WhenTheServerCanTell()
    {
        CancellationToken cancellationToken = TestToken;
        using var server = new HttpStub();
        server.On(HttpMethod.Post, "/payments").Reply(HttpStatusCode.BadGateway).Reply(HttpStatusCode.OK);
        await using var fetcher = new HttpFetcher(
            server, new HttpFetcherOptions { Retry = { Delay = TimeSpan.Zero, UseJitter = false } });

        #region http-retries-post
        var payment = new FetchRequest(HttpMethod.Post, new Uri(_api, "payments"))
        {
            Body = FetchBody.FromForm([new("amount", "12.50")]),
            IdempotencyKey = "payment-2031",
        };
        await fetcher.SendAsync(payment, cancellationToken);
        #endregion

        Assert.Equal(2, server.Calls.Count);
    }

    [Fact]
    public async Task Retries_AreSetUp()
    {
        using var server = new HttpStub();

        #region http-retries
        await using var fetcher = new HttpFetcher(server, new HttpFetcherOptions
        {
            TotalRequestTimeout = { Timeout = TimeSpan.FromMinutes(2) },
            Retry = { MaxRetryAttempts = 5, Delay = TimeSpan.FromSeconds(1), MaxRetryAfter = TimeSpan.FromMinutes(1) },
            Budget = { Ratio = 0.1 },
        });
        #endregion

        #region http-retries-hedging
        await using var hedged = new HttpFetcher(server, new HttpFetcherOptions
        {
            Hedging = new FetchHedgingOptions { Delay = TimeSpan.FromMilliseconds(300) },
        });
        #endregion

        Assert.Empty(server.Calls);
    }

    [Fact]
    public async Task LimitsOnTimeAndSize_AreSetUp()
    {
        using var server = new HttpStub();

        #region http-timeouts
        await using var fetcher = new HttpFetcher(server, new HttpFetcherOptions
        {
            TotalRequestTimeout = { Timeout = TimeSpan.FromMinutes(1) },
            AttemptTimeout = { Timeout = TimeSpan.FromSeconds(15) },
            Body = { MaxBytes = 1024 * 1024, IdleTimeout = TimeSpan.FromSeconds(5), MinBytesPerSecond = 1024 },
        });
        #endregion

        Assert.Empty(server.Calls);
    }

    [Fact]
    public async Task LimitsForHosts_AreSetUp()
    {
        using var server = new HttpStub();

        #region http-limits
        var shared = new ConcurrencyLimit(200, name: "outbound");
        await using var fetcher = new HttpFetcher(server, new HttpFetcherOptions
        {
            RateLimiter = { Shared = shared, PermitLimitPerHost = 6, RequestsPerSecondPerHost = 2 },
            HostGate = { MaxDelay = TimeSpan.FromMinutes(5) },
            CircuitBreaker = { MinimumThroughput = 20, BreakDuration = TimeSpan.FromSeconds(30) },
        });
        #endregion

        Assert.Equal(0, fetcher.GetSnapshot().InFlight);
    }

    [Fact]
    public async Task AFetch_IsTestedOnVirtualTime()
    {
        #region http-testing
        await AsyncTest.RunAsync(async env =>
        {
            using var server = new HttpStub(env.Time);
            server.On(HttpMethod.Get, "/rates")
                .Reply(HttpStatusCode.ServiceUnavailable)
                .Hang()
                .Reply(HttpStatusCode.OK, "1.08");
            await using var fetcher = new HttpFetcher(
                server, new HttpFetcherOptions { TimeProvider = env.Time, Retry = { UseJitter = false } });

            string rate = await fetcher.GetStringAsync(new Uri("https://bank.example/rates"));

            // 2 seconds of backoff, 10 until the attempt that hangs is cut, and 4 of backoff.
            Assert.Equal("1.08", rate);
            Assert.Equal(TimeSpan.FromSeconds(16), env.Elapsed);
        });
        #endregion
    }

    internal sealed record Order(string Article, int Count);

    internal sealed record Receipt(int Number);

    [JsonSerializable(typeof(Order))]
    [JsonSerializable(typeof(Receipt))]
    private sealed partial class Json : JsonSerializerContext;
}
