using System.Diagnostics.Metrics;
using AsyncKit.Http.Tests.Fetching;
using AsyncKit.Http.Tests.Telemetry;
using AsyncKit.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AsyncKit.Http.Tests.Hosting;

public class HttpFetcherServiceCollectionExtensionsTests
{
    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AFetcher_IsOne_AndIsDisposedWithTheContainer()
    {
        ServiceProvider container = new ServiceCollection()
            .AddHttpFetcher(options => options.Retry.MaxRetryAttempts = 1)
            .AddHttpFetcher(options => options.Retry.Delay = TimeSpan.Zero)
            .BuildServiceProvider();
        var fetcher = container.GetRequiredService<HttpFetcher>();
        Assert.Same(fetcher, container.GetRequiredService<HttpFetcher>());
        await using var server = new ScriptedServer(
            ScriptedServer.Reset, ScriptedServer.Send("HTTP/1.1 200 OK\nContent-Length: 4", "body"u8.ToArray()));

        FetchResponse response = await fetcher.GetAsync(server.Root, TestToken);

        Assert.Equal(TimeSpan.Zero, response.Attempts[0].Delay);
        await container.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => fetcher.GetAsync(server.Root, TestToken));
    }

    [Fact]
    public async Task NamedFetchers_AreKeyed_EachWithItsOptions()
    {
        await using ServiceProvider container = new ServiceCollection()
            .AddHttpFetcher("patient", options => options.AttemptTimeout.Timeout = TimeSpan.FromSeconds(15))
            .AddHttpFetcher("hasty", Section(("AttemptTimeout:Timeout", "00:00:01")))
            .BuildServiceProvider();
        var options = container.GetRequiredService<IOptionsMonitor<HttpFetcherOptions>>();

        Assert.NotSame(
            container.GetRequiredKeyedService<HttpFetcher>("patient"),
            container.GetRequiredKeyedService<HttpFetcher>("hasty"));
        Assert.Null(container.GetService<HttpFetcher>());
        Assert.Equal(TimeSpan.FromSeconds(15), options.Get("patient").AttemptTimeout.Timeout);
        Assert.Equal(TimeSpan.FromSeconds(1), options.Get("hasty").AttemptTimeout.Timeout);
    }

    [Fact]
    public async Task TheSectionOfTheOtherPackage_IsBound()
    {
        await using ServiceProvider container = new ServiceCollection()
            .AddHttpFetcher(Section(
                ("RateLimiter:DefaultRateLimiterOptions:PermitLimit", "7"),
                ("RateLimiter:DefaultRateLimiterOptions:QueueLimit", "3"),
                ("TotalRequestTimeout:Timeout", "00:01:00"),
                ("Retry:MaxRetryAttempts", "5"),
                ("Retry:BackoffType", "Linear"),
                ("Retry:Delay", "00:00:01"),
                ("Retry:MaxDelay", "00:00:09"),
                ("Retry:UseJitter", "false"),
                ("Retry:ShouldRetryAfterHeader", "false"),
                ("CircuitBreaker:FailureRatio", "0.5"),
                ("CircuitBreaker:MinimumThroughput", "10"),
                ("CircuitBreaker:SamplingDuration", "00:00:50"),
                ("CircuitBreaker:BreakDuration", "00:00:08"),
                ("AttemptTimeout:Timeout", "00:00:20"),
                ("Compatibility", "HttpResilience"),
                ("Body:MaxBytes", "1000")))
            .BuildServiceProvider();

        HttpFetcherOptions options = container.GetRequiredService<IOptions<HttpFetcherOptions>>().Value;

        Assert.Equal(7, options.RateLimiter.DefaultRateLimiterOptions.PermitLimit);
        Assert.Equal(3, options.RateLimiter.DefaultRateLimiterOptions.QueueLimit);
        Assert.Equal(TimeSpan.FromMinutes(1), options.TotalRequestTimeout.Timeout);
        Assert.Equal(5, options.Retry.MaxRetryAttempts);
        Assert.Equal(Polly.DelayBackoffType.Linear, options.Retry.BackoffType);
        Assert.Equal(TimeSpan.FromSeconds(1), options.Retry.Delay);
        Assert.Equal(TimeSpan.FromSeconds(9), options.Retry.MaxDelay);
        Assert.False(options.Retry.UseJitter);
        Assert.False(options.Retry.ShouldRetryAfterHeader);
        Assert.Equal(0.5, options.CircuitBreaker.FailureRatio);
        Assert.Equal(10, options.CircuitBreaker.MinimumThroughput);
        Assert.Equal(TimeSpan.FromSeconds(50), options.CircuitBreaker.SamplingDuration);
        Assert.Equal(TimeSpan.FromSeconds(8), options.CircuitBreaker.BreakDuration);
        Assert.Equal(TimeSpan.FromSeconds(20), options.AttemptTimeout.Timeout);
        Assert.Equal(FetchCompatibility.HttpResilience, options.Compatibility);
        Assert.Equal(1000, options.Body.MaxBytes);
    }

    [Fact]
    public void AnEmptySection_IsRefusedAtTheCall()
    {
        IConfigurationSection nothing = new ConfigurationBuilder().Build().GetSection("Fetcher");

        ArgumentException refused = Assert.Throws<ArgumentException>(
            "section", () => new ServiceCollection().AddHttpFetcher(nothing));

        Assert.Contains("'Fetcher'", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Retri:MaxRetryAttempts", "Retri")]
    [InlineData("Retry:MaxRetries", "MaxRetries")]
    public async Task AKeyThatIsNoOption_FailsTheStart(string key, string unknown)
    {
        using IHost host = Host(services => services.AddHttpFetcher(Section((key, "1"))));

        InvalidOperationException refused =
            await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(TestToken));

        Assert.Contains($"'{unknown}'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OptionsOutOfTheirRange_FailTheStart_EachByItsName()
    {
        using IHost host = Host(services => services.AddHttpFetcher("bad", options =>
        {
            options.Retry.MaxRetryAttempts = -1;
            options.Body.MaxBytes = 0;
        }));

        OptionsValidationException refused =
            await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestToken));

        Assert.Equal(2, refused.Failures.Count());
        Assert.Contains("Retry.MaxRetryAttempts must be at least 0, but was -1", refused.Failures);
    }

    [Fact]
    public async Task ClockLoggersAndMeters_AreTheContainers_UnlessTheOptionsNameOthers()
    {
        var clock = new ManualTimeProvider();
        using var meters = new CollectingMeters();
        using var logs = new CollectingLogs();
        await using ServiceProvider container = new ServiceCollection()
            .AddSingleton<TimeProvider>(clock).AddSingleton<IMeterFactory>(meters).AddSingleton<ILoggerFactory>(logs)
            .AddHttpFetcher()
            .AddHttpFetcher("own", options => options.TimeProvider = new ManualTimeProvider())
            .BuildServiceProvider();
        var options = container.GetRequiredService<IOptionsMonitor<HttpFetcherOptions>>();

        Assert.Same(clock, options.CurrentValue.TimeProvider);
        Assert.Same(meters, options.CurrentValue.MeterFactory);
        Assert.Same(logs, options.CurrentValue.LoggerFactory);
        Assert.NotSame(clock, options.Get("own").TimeProvider);
    }

    private static IHost Host(Action<IServiceCollection> configure)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(settings: null);
        configure(builder.Services);
        return builder.Build();
    }

    private static IConfigurationSection Section(params (string Key, string Value)[] values) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(values.Select(
                value => new KeyValuePair<string, string?>($"Fetcher:{value.Key}", value.Value)))
            .Build()
            .GetSection("Fetcher");
}
