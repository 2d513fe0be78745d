using System.Net;
using AsyncKit.Http.Tests.Fetching;

namespace AsyncKit.Http.Tests.Hosts;

/// <summary>What is remembered of hosts: apart for each, and not for ever.</summary>
public class HostStateTests : FetcherFixture
{
    [Fact]
    public async Task Pitfall09_TheBreakerOfOneHost_DoesNotStopAnother()
    {
        Options.Retry = null;
        Options.CircuitBreaker.MinimumThroughput = 2;
        Stub.OnAny().Reply(HttpStatusCode.InternalServerError).Times(2).Reply(HttpStatusCode.OK).Forever();

        await FailAsync(Fetcher.GetAsync(Page, TestToken));
        await FailAsync(Fetcher.GetAsync(Page, TestToken));
        FetchException refused = await FailAsync(Fetcher.GetAsync(Page, TestToken));
        await Fetcher.GetAsync(new Uri("https://example.com/"), TestToken);

        Assert.Equal(FetchFailure.CircuitOpen, refused.Failure);
        Assert.Equal(3, Stub.Calls.Count);
        Assert.Equal(
            ["https://example.org:443"],
            Fetcher.GetSnapshot().Hosts.Where(host => host.IsCircuitOpen).Select(host => host.Authority));
    }

    [Fact]
    public async Task AnOpenBreaker_IsWaitedFor_AndClosesWhenTheHostIsWell()
    {
        Options.CircuitBreaker.MinimumThroughput = 2;
        Options.Retry.MaxRetryAttempts = 3;
        Options.Retry.Delay = TimeSpan.FromSeconds(1);
        Stub.OnAny().Reply(HttpStatusCode.InternalServerError).Times(2).Reply(HttpStatusCode.OK).Forever();

        FetchResponse response = await FinishAsync(Fetcher.GetAsync(Page, TestToken));

        // At 0 and 1 it failed; at 3 the breaker was open for 3 seconds more, and the next delay is 4.
        Assert.Equal([0, 1, 7], Arrivals());
        Assert.Equal(
            [FetchFailure.Status, FetchFailure.Status, FetchFailure.CircuitOpen, null],
            response.Attempts.Select(attempt => attempt.Failure));
        Assert.False(Assert.Single(Fetcher.GetSnapshot().Hosts).IsCircuitOpen);
    }

    [Fact]
    public async Task Pitfall09_TheStateOfIdleHosts_IsForgotten()
    {
        Stub.OnAny().Reply(HttpStatusCode.OK).Forever();
        for (var i = 0; i < 1000; i++) await Fetcher.GetAsync(new Uri($"https://h{i}.example/"), TestToken);
        Assert.Equal(1000, Fetcher.GetSnapshot().Hosts.Count);

        Time.Advance(TimeSpan.FromMinutes(2));
        await Fetcher.GetAsync(new Uri("https://another.example/"), TestToken);

        Assert.Equal("https://another.example:443", Assert.Single(Fetcher.GetSnapshot().Hosts).Authority);
    }

    [Fact]
    public async Task AHostThatWantsToBeLeftAlone_IsNotForgotten()
    {
        Stub.OnAny().Reply(static _ => new HttpResponseMessage(HttpStatusCode.TooManyRequests)
        {
            Headers = { RetryAfter = new(TimeSpan.FromHours(1)) },
        });
        await FailAsync(Fetcher.GetAsync(Page, TestToken));

        Time.Advance(TimeSpan.FromMinutes(59));
        Assert.NotNull(Assert.Single(Fetcher.GetSnapshot().Hosts).PausedUntil);
        Time.Advance(TimeSpan.FromMinutes(2));

        Assert.Empty(Fetcher.GetSnapshot().Hosts);
    }

    [Fact]
    public async Task AHostThatIsUsed_IsNotForgotten()
    {
        Options.TotalRequestTimeout.Timeout = TimeSpan.FromHours(1);
        Options.AttemptTimeout.Timeout = TimeSpan.FromHours(1);
        Options.CircuitBreaker = null;
        Stub.OnAny().Reply(HttpStatusCode.OK, after: TimeSpan.FromMinutes(10));

        Task<FetchResponse> fetch = Fetcher.GetAsync(Page, TestToken);
        Time.Advance(TimeSpan.FromMinutes(9));
        HostSnapshot host = Assert.Single(Fetcher.GetSnapshot().Hosts);
        Time.Advance(TimeSpan.FromMinutes(1));
        await FinishAsync(fetch);

        Assert.Equal((1, 0), (host.InFlight, host.Waiting));
    }

    [Fact]
    public async Task WithTheScopeOfTheClient_AllHostsAreOne()
    {
        Options.Scope = ResilienceScope.Client;
        Stub.OnAny().Reply(HttpStatusCode.OK).Forever();

        await Fetcher.GetAsync(Page, TestToken);
        await Fetcher.GetAsync(new Uri("https://example.com/"), TestToken);

        Assert.Equal("*", Assert.Single(Fetcher.GetSnapshot().Hosts).Authority);
    }
}
