using System.Net;
using AsyncKit.Http.Tests.Fetching;

namespace AsyncKit.Http.Tests.Retries;

public class HttpFetcherRetryTests : FetcherFixture
{
    [Fact]
    public async Task FailuresThatHeal_AreRetried_WithExponentialDelays()
    {
        Stub.OnAny()
            .Reply(HttpStatusCode.ServiceUnavailable)
            .Throw(new HttpRequestException(HttpRequestError.ConnectionError, "refused"))
            .Reply(HttpStatusCode.BadGateway)
            .Reply(HttpStatusCode.OK, "at last");

        FetchResponse response = await FinishAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal("at last", response.GetString());
        Assert.Equal([0, 2, 6, 14], Arrivals());
        Assert.Equal([1, 2, 3, 4], response.Attempts.Select(attempt => attempt.Number));
        Assert.Equal(
            [FetchFailure.Status, FetchFailure.Connect, FetchFailure.Status, null],
            response.Attempts.Select(attempt => attempt.Failure));
        Assert.Equal(
            [HttpStatusCode.ServiceUnavailable, null, HttpStatusCode.BadGateway, HttpStatusCode.OK],
            response.Attempts.Select(attempt => attempt.StatusCode));
        Assert.Equal([2, 4, 8, null], response.Attempts.Select(attempt => attempt.Delay?.TotalSeconds));
        Assert.Equal("refused", response.Attempts[1].Error);
    }

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(599)]
    public async Task StatusesThatMayPass_AreRetried(int status)
    {
        Stub.OnAny().Reply((HttpStatusCode)status).Reply(HttpStatusCode.OK);

        FetchResponse response = await FinishAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(2, response.Attempts.Count);
    }

    [Theory]
    [InlineData(304)]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(501)]
    [InlineData(505)]
    [InlineData(511)]
    [InlineData(600)]
    public async Task StatusesThatStay_AreNotRetried(int status)
    {
        Stub.OnAny().Reply((HttpStatusCode)status);

        FetchException failure = await FailAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(FetchFailure.Status, failure.Failure);
        Assert.Equal((HttpStatusCode)status, failure.StatusCode);
        Assert.Single(failure.Attempts);
    }

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, FetchFailure.Dns, true)]
    [InlineData(HttpRequestError.ConnectionError, FetchFailure.Connect, true)]
    [InlineData(HttpRequestError.ProxyTunnelError, FetchFailure.Connect, true)]
    [InlineData(HttpRequestError.ResponseEnded, FetchFailure.Transport, true)]
    [InlineData(HttpRequestError.HttpProtocolError, FetchFailure.Transport, true)]
    [InlineData(HttpRequestError.Unknown, FetchFailure.Transport, true)]
    [InlineData(HttpRequestError.SecureConnectionError, FetchFailure.Tls, false)]
    [InlineData(HttpRequestError.InvalidResponse, FetchFailure.Transport, false)]
    [InlineData(HttpRequestError.UserAuthenticationError, FetchFailure.Transport, false)]
    [InlineData(HttpRequestError.ConfigurationLimitExceeded, FetchFailure.Transport, false)]
    public async Task TransportFailures_AreRetriedWhenTheyMayPass(
        HttpRequestError error, FetchFailure kind, bool isRetried)
    {
        Stub.OnAny().Throw(new HttpRequestException(error, "broken")).Forever();

        FetchException failure = await FailAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(kind, failure.Failure);
        Assert.Equal(error, failure.HttpRequestError);
        Assert.Equal(isRetried ? 4 : 1, failure.Attempts.Count);
        Assert.Contains("broken", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GivingUp_TellsTheWholeStory_WithoutSecrets()
    {
        Stub.OnAny().Reply(HttpStatusCode.InternalServerError, "out of paper").Forever();
        var address = new Uri("https://user:secret@example.org:8443/print?token=secret#secret");

        FetchException failure = await FailAsync(Fetcher.GetAsync(address, TestToken));

        Assert.Equal(
            "GET https://example.org:8443/print failed after 4 attempts: "
            + "the server answered 500 (InternalServerError).",
            failure.Message);
        Assert.Equal("https://example.org:8443/print", failure.RedactedUri);
        Assert.DoesNotContain("secret", failure.ToString(), StringComparison.Ordinal);
        Assert.Equal("out of paper", failure.BodySnippet);
        Assert.Equal(4, failure.Attempts.Count);
        Assert.All(failure.Attempts, attempt => Assert.Equal(HttpStatusCode.InternalServerError, attempt.StatusCode));
        Assert.Null(failure.Attempts[^1].Delay);
        Assert.Null(failure.RetryAt);
        Assert.Equal(4, Stub.Calls.Count);
    }

    [Fact]
    public async Task ZeroRetries_MeansOneAttempt()
    {
        Options.Retry.MaxRetryAttempts = 0;
        Stub.OnAny().Reply(HttpStatusCode.ServiceUnavailable);

        FetchException failure = await FailAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Contains("after 1 attempt:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delays_NeverExceedTheirMaximum()
    {
        Options.Retry.MaxDelay = TimeSpan.FromSeconds(3);
        Options.HostGate = null;
        Stub.OnAny().Reply(HttpStatusCode.ServiceUnavailable).Forever();

        await FailAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal([0, 2, 5, 8], Arrivals());
    }

    [Fact]
    public async Task Jitter_TakesItsRandomnessFromTheRandomizer()
    {
        var asked = 0;
        Options.Retry.UseJitter = true;
        Options.Retry.Randomizer = () =>
        {
            asked++;
            return 0.25;
        };
        Stub.OnAny().Reply(HttpStatusCode.ServiceUnavailable).Reply(HttpStatusCode.OK);

        FetchResponse response = await FinishAsync(Fetcher.GetAsync(Page, TestToken));

        // Decorrelated jitter: 2^t * tanh(sqrt(4t)) * 2 s / 1.4 for t = 0.25.
        Assert.True(asked > 0);
        Assert.Equal(1.294, response.Attempts[0].Delay!.Value.TotalSeconds, tolerance: 0.001);
    }

    [Fact]
    public async Task OnRetry_IsCalledBeforeEachDelay_WithTheAttemptThatFailed()
    {
        var retries = new List<string>();
        Options.Retry.OnRetry = (uri, attempt) =>
            retries.Add($"{uri} #{attempt.Number} {attempt.StatusCode}, next in {attempt.Delay?.TotalSeconds} s");
        Stub.OnAny().Reply(HttpStatusCode.ServiceUnavailable).Reply(HttpStatusCode.BadGateway).Reply(HttpStatusCode.OK);

        await FinishAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(
            [
                "https://example.org/page #1 ServiceUnavailable, next in 2 s",
                "https://example.org/page #2 BadGateway, next in 4 s",
            ],
            retries);
    }

    [Fact]
    public async Task WhatOnRetryThrows_FailsTheFetch()
    {
        Options.Retry.OnRetry = static (_, _) => throw new NotSupportedException("callback");
        Stub.OnAny().Reply(HttpStatusCode.ServiceUnavailable);

        await Assert.ThrowsAsync<NotSupportedException>(() => FinishAsync(Fetcher.GetAsync(Page, TestToken)));
    }

    [Fact]
    public async Task TimeoutsThatAreNotOurs_AreNotTakenForOurs()
    {
        Options.Retry.OnRetry = static (_, _) => throw new TimeoutException("callback");
        Stub.OnAny().Throw(new TimeoutException("handler")).Reply(HttpStatusCode.ServiceUnavailable);

        TimeoutException first = await Assert.ThrowsAsync<TimeoutException>(() => Fetcher.GetAsync(Page, TestToken));
        TimeoutException second = await Assert.ThrowsAsync<TimeoutException>(() => Fetcher.GetAsync(Page, TestToken));

        Assert.Equal("handler", first.Message);
        Assert.Equal("callback", second.Message);
    }

    [Fact]
    public async Task ATransportThatTimesOutConnecting_IsRetried()
    {
        Stub.OnAny()
            .Throw(new TaskCanceledException("A connection could not be made in time.", new TimeoutException()))
            .Reply(HttpStatusCode.OK);

        FetchResponse response = await FinishAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(FetchFailure.Connect, response.Attempts[0].Failure);
    }

    [Fact]
    public async Task ACancellationNobodyAskedFor_PassesUntouched()
    {
        var foreign = new OperationCanceledException("a handler's own");
        Stub.OnAny().Throw(foreign);

        Assert.Same(
            foreign, await Assert.ThrowsAsync<OperationCanceledException>(() => Fetcher.GetAsync(Page, TestToken)));
    }

    [Fact]
    public async Task ExceptionsThatAreNotHttps_PassUntouched_AndAreNotRetried()
    {
        var mistake = new InvalidOperationException("a handler's bug");
        Stub.OnAny().Throw(mistake).Forever();

        Assert.Same(
            mistake, await Assert.ThrowsAsync<InvalidOperationException>(() => Fetcher.GetAsync(Page, TestToken)));
        Assert.Single(Stub.Calls);
    }
}
