using System.Net;

namespace AsyncKit.Http.Tests.Hosting;

/// <summary>
/// What the standard handler of Microsoft.Extensions.Http.Resilience is known to do, done by this one when it is asked
/// to.
/// </summary>
public class FetchResilienceHandlerCompatibilityTests : HandlerFixture
{
    public FetchResilienceHandlerCompatibilityTests() => Options.Compatibility = FetchCompatibility.HttpResilience;

    [Fact]
    public void TheDefaults_AreThePublishedOnes()
    {
        var options = new HttpFetcherOptions();

        Assert.Equal(1000, options.RateLimiter.DefaultRateLimiterOptions.PermitLimit);
        Assert.Equal(TimeSpan.FromSeconds(30), options.TotalRequestTimeout.Timeout);
        Assert.Equal(3, options.Retry.MaxRetryAttempts);
        Assert.Equal(TimeSpan.FromSeconds(2), options.Retry.Delay);
        Assert.Equal(Polly.DelayBackoffType.Exponential, options.Retry.BackoffType);
        Assert.True(options.Retry.UseJitter);
        Assert.True(options.Retry.ShouldRetryAfterHeader);
        Assert.Equal(0.1, options.CircuitBreaker.FailureRatio);
        Assert.Equal(100, options.CircuitBreaker.MinimumThroughput);
        Assert.Equal(TimeSpan.FromSeconds(30), options.CircuitBreaker.SamplingDuration);
        Assert.Equal(TimeSpan.FromSeconds(5), options.CircuitBreaker.BreakDuration);
        Assert.Equal(TimeSpan.FromSeconds(10), options.AttemptTimeout.Timeout);
    }

    [Fact]
    public async Task APost_IsRetried()
    {
        Stub.OnAny().Reply(HttpStatusCode.InternalServerError).Reply(HttpStatusCode.OK);

        using HttpResponseMessage response =
            await FinishAsync(Client.PostAsync(Page, new StringContent("order"), TestToken));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["order", "order"], Stub.Calls.Select(call => call.Body));
    }

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(501)]
    [InlineData(505)]
    [InlineData(600)]
    public async Task TheStatusesItRetries_AreRetried(int status)
    {
        Stub.OnAny().Reply((HttpStatusCode)status).Reply(HttpStatusCode.OK);

        using HttpResponseMessage response = await FinishAsync(GetAsync());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal([0, 2], Arrivals());
    }

    [Fact]
    public async Task RetryAfter_TakesThePlaceOfALongerBackoff()
    {
        Stub.OnAny().Reply(_ => Asking("1")).Reply(HttpStatusCode.OK);

        using HttpResponseMessage response = await FinishAsync(GetAsync());

        Assert.Equal([0, 1], Arrivals());
    }

    [Fact]
    public async Task RetryAfter_IsWaitedFor_HoweverLong()
    {
        Options.TotalRequestTimeout.Timeout = TimeSpan.FromMinutes(10);
        Stub.OnAny().Reply(_ => Asking("300")).Reply(HttpStatusCode.OK);

        using HttpResponseMessage response = await FinishAsync(GetAsync());

        Assert.Equal([0, 300], Arrivals());
    }

    [Fact]
    public async Task RetryAfter_BeyondTheTotalLimit_IsSleptIntoTheTimeout()
    {
        Stub.OnAny().Reply(_ => Asking("60"));

        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => FinishAsync(GetAsync()));

        Assert.Equal(FetchFailure.TotalTimeout, failure.Failure);
        Assert.True(Time.GetUtcNow() >= Time.Start.AddSeconds(30));
    }

    [Fact]
    public async Task ThePermit_IsHeldDuringTheSleep_AndAQueueOfZeroRefusesTheNext()
    {
        Options.RateLimiter.DefaultRateLimiterOptions.PermitLimit = 1;
        Stub.OnAny().Reply(HttpStatusCode.InternalServerError).Reply(HttpStatusCode.OK);
        Task<HttpResponseMessage> sleeping = GetAsync();

        FetchException refused = await Assert.ThrowsAsync<FetchException>(GetAsync);

        Assert.Equal(FetchFailure.RateLimited, refused.Failure);
        Assert.Single(Stub.Calls);
        Assert.Equal(HttpStatusCode.OK, (await FinishAsync(sleeping)).StatusCode);
    }

    [Fact]
    public async Task LimitsAndPermits_EndWithTheHeaders()
    {
        Options.RateLimiter.DefaultRateLimiterOptions.PermitLimit = 1;
        (Options.TotalRequestTimeout.Timeout, Options.AttemptTimeout.Timeout) =
            (TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(2));
        Stub.OnAny().Drip("slow", chunkSize: 1, every: TimeSpan.FromSeconds(10)).Reply(HttpStatusCode.OK);
        using HttpResponseMessage slow = await GetAsync();

        using HttpResponseMessage next = await GetAsync();

        Assert.Equal("slow", await FinishAsync(slow.Content.ReadAsStringAsync(TestToken)));
        Assert.True(Time.GetUtcNow() > Time.Start.AddSeconds(3));
    }

    [Fact]
    public async Task AnAttemptThatTakesTooLong_IsRetried()
    {
        Stub.OnAny().Hang().Reply(HttpStatusCode.OK);

        using HttpResponseMessage response = await FinishAsync(GetAsync());

        Assert.Equal([0, 12], Arrivals());
    }

    [Fact]
    public async Task TheBreaker_IsOneForAllHosts_AndIsNotRetriedWhenOpen()
    {
        Options.CircuitBreaker.MinimumThroughput = 2;
        Options.Retry.MaxRetryAttempts = 1;
        Stub.OnAny().Reply(HttpStatusCode.InternalServerError).Forever();
        (await FinishAsync(GetAsync())).Dispose();

        FetchException refused = await Assert.ThrowsAsync<FetchException>(
            () => Client.GetAsync(new Uri("https://example.com/"), TestToken));

        Assert.Equal(FetchFailure.CircuitOpen, refused.Failure);
        Assert.Equal(2, Stub.Calls.Count);
        Assert.Single(refused.Attempts);
    }

    private static HttpResponseMessage Asking(string wait) =>
        new(HttpStatusCode.TooManyRequests) { Headers = { { "Retry-After", wait } } };
}
