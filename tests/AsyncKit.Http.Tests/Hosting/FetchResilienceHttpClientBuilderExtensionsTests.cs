using System.Net;
using AsyncKit.Http.Tests.Telemetry;
using AsyncKit.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AsyncKit.Http.Tests.Hosting;

public sealed class FetchResilienceHttpClientBuilderExtensionsTests : IDisposable
{
    private static readonly Uri _page = new("https://example.org/page");

    private readonly HttpStub _stub = new();
    private readonly CollectingLogs _logs = new();
    private readonly ServiceCollection _services = new();

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _stub.Dispose();
        _logs.Dispose();
    }

    [Fact]
    public async Task AClient_RetriesByItsOptions_AndHasNoTimeoutOfItsOwn()
    {
        _stub.OnAny().Reply(HttpStatusCode.InternalServerError).Forever();
        Add("client").AddFetchResilience(options => Hasty(options, 2));
        await using ServiceProvider container = _services.BuildServiceProvider();
        HttpClient client = Create(container, "client");

        using HttpResponseMessage response = await client.GetAsync(_page, TestToken);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal(3, _stub.Calls.Count);
        Assert.Equal(Timeout.InfiniteTimeSpan, client.Timeout);
    }

    [Fact]
    public async Task Pitfall08_AddedTwice_ItIsConfiguredAgain_AndNotStacked()
    {
        _stub.OnAny().Reply(HttpStatusCode.InternalServerError).Forever();
        Add("client")
            .AddFetchResilience(options => Hasty(options, 3))
            .AddFetchResilience(options => options.Retry.MaxRetryAttempts = 1);
        await using ServiceProvider container = _services.BuildServiceProvider();

        (await Create(container, "client").GetAsync(_page, TestToken)).Dispose();

        Assert.Equal(2, _stub.Calls.Count);
    }

    [Fact]
    public async Task Pitfall08_ForAllClients_AndForOne_TheOneHolds()
    {
        _stub.OnAny().Reply(HttpStatusCode.InternalServerError).Forever();
        _services.ConfigureHttpClientDefaults(
            client => client.AddFetchResilience(options => Hasty(options, 3)));
        Add("own").AddFetchResilience(options => Hasty(options, 1));
        Add("other");
        await using ServiceProvider container = _services.BuildServiceProvider();

        (await Create(container, "own").GetAsync(_page, TestToken)).Dispose();
        Assert.Equal(2, _stub.Calls.Count);

        (await Create(container, "other").GetAsync(_page, TestToken)).Dispose();
        Assert.Equal(6, _stub.Calls.Count);
    }

    [Fact]
    public async Task Pitfall08_BesideTheOtherPackagesHandler_AWarningIsLogged_Once()
    {
        _stub.OnAny().Reply(HttpStatusCode.OK).Forever();
        _services.AddSingleton<ILoggerFactory>(_logs);
        Add("both").AddHttpMessageHandler(() => new ResilienceHandler()).AddFetchResilience();
        Add("alone").AddFetchResilience();
        Add("without").AddHttpMessageHandler(() => new ResilienceHandler());
        for (var generation = 0; generation < 2; generation++)
        {
            await using ServiceProvider container = _services.BuildServiceProvider();
            foreach (string name in (string[])["both", "both", "alone", "without"])
                (await Create(container, name).GetAsync(_page, TestToken)).Dispose();

            string warning = Assert.Single(
                _logs.Lines, line => line.Contains("RetriesStacked", StringComparison.Ordinal));
            Assert.Contains("'both'", warning, StringComparison.Ordinal);
            _logs.Clear();
        }
    }

    [Fact]
    public async Task ASection_Configures_AndAnUnknownKeyIsRefused()
    {
        _stub.OnAny().Reply(HttpStatusCode.InternalServerError).Forever();
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Good:Retry:MaxRetryAttempts"] = "1",
                ["Good:Retry:Delay"] = "00:00:00",
                ["Good:HostGate:BaseDelay"] = "00:00:00",
                ["Bad:Retry:Attempts"] = "1",
            })
            .Build();
        Add("good").AddFetchResilience(configuration.GetSection("Good"));
        Add("bad").AddFetchResilience(configuration.GetSection("Bad"));
        await using ServiceProvider container = _services.BuildServiceProvider();

        (await Create(container, "good").GetAsync(_page, TestToken)).Dispose();

        Assert.Equal(2, _stub.Calls.Count);
        Assert.Throws<InvalidOperationException>(() => Create(container, "bad"));
        Assert.Throws<ArgumentException>(
            "section", () => Add("empty").AddFetchResilience(configuration.GetSection("Nothing")));
    }

    [Fact]
    public async Task WhatIsKnownOfHosts_OutlivesTheHandlers()
    {
        _stub.OnAny().Reply(HttpStatusCode.InternalServerError).Forever();
        Add("client").AddFetchResilience(options =>
        {
            options.Retry = null;
            options.CircuitBreaker.MinimumThroughput = 2;
        });
        await using ServiceProvider container = _services.BuildServiceProvider();
        HttpClientFactoryOptions factory =
            container.GetRequiredService<IOptionsMonitor<HttpClientFactoryOptions>>().Get("client");
        for (var failure = 0; failure < 2; failure++)
            (await Create(container, "client").GetAsync(_page, TestToken)).Dispose();

        // As after two minutes: the chain is built anew.
        var chain = container.GetRequiredService<HttpMessageHandlerBuilder>();
        chain.Name = "client";
        foreach (Action<HttpMessageHandlerBuilder> action in factory.HttpMessageHandlerBuilderActions) action(chain);
        using var anew = new HttpMessageInvoker(chain.Build(), disposeHandler: false);
        using var request = new HttpRequestMessage(HttpMethod.Get, _page);
        FetchException refused = await Assert.ThrowsAsync<FetchException>(() => anew.SendAsync(request, TestToken));

        Assert.Equal(FetchFailure.CircuitOpen, refused.Failure);
    }

    private static void Hasty(HttpFetcherOptions options, int retries)
    {
        options.Retry.MaxRetryAttempts = retries;
        options.Retry.Delay = TimeSpan.Zero;
    }

    private static HttpClient Create(IServiceProvider container, string name) =>
        container.GetRequiredService<IHttpClientFactory>().CreateClient(name);

    private IHttpClientBuilder Add(string name) =>
        _services.AddHttpClient(name).ConfigurePrimaryHttpMessageHandler(() => _stub);
}
