using System.Net;
using AsyncKit.Http.Tests.Fetching;
using Microsoft.Extensions.Logging;

namespace AsyncKit.Http.Tests.Telemetry;

public sealed class FetchLogTests : FetcherFixture
{
    private readonly CollectingLogs _logs = new();

    public FetchLogTests() => Options.LoggerFactory = _logs;

    [Fact]
    public async Task AnAttemptThatIsRetried_AndAFetchThatFails_AreLogged()
    {
        (Options.HostGate, Options.Retry.MaxRetryAttempts) = (null, 1);
        Stub.OnAny().Reply(HttpStatusCode.InternalServerError).Forever();

        await FailAsync(Fetcher.SendAsync(new FetchRequest(Page) { OperationName = "read" }, TestToken));

        Assert.Equal(
            [
                "Information AttemptFailed: GET https://example.org/page [read]: attempt 1 failed with Status, "
                    + "status 500; another follows in 00:00:02 ",
                "Warning FetchFailed: GET https://example.org/page [read]: failed after 2 attempts with Status, "
                    + "status 500 ",
            ],
            _logs.Lines);
    }

    [Fact]
    public async Task APause_IsLoggedOnce_HoweverManyRequestsHearOfIt()
    {
        Options.Retry = null;
        Stub.OnAny().Reply(
            _ => new HttpResponseMessage(HttpStatusCode.TooManyRequests) { Headers = { { "Retry-After", "20" } } },
            after: TimeSpan.FromSeconds(1)).Forever();
        Task[] fetches =
        [
            .. Enumerable.Range(0, 5).Select(
                _ => Assert.ThrowsAsync<FetchException>(() => Fetcher.GetAsync(Page, TestToken))),
        ];

        Time.Advance(TimeSpan.FromSeconds(1));
        await Task.WhenAll(fetches).WaitAsync(TimeSpan.FromSeconds(30), TestToken);

        Assert.Equal(
            "Information HostPaused: https://example.org:443 answered 429 and is left alone for 00:00:20 ",
            Assert.Single(_logs.Lines, line => line.Contains("HostPaused", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task ABreakerThatOpens_IsLogged()
    {
        Options.CircuitBreaker.MinimumThroughput = 2;
        (Options.Retry, Options.HostGate) = (null, null);
        Stub.OnAny().Reply(HttpStatusCode.InternalServerError).Forever();

        await FailAsync(Fetcher.GetAsync(Page, TestToken));
        await FailAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Contains(
            "Warning BreakerOpened: The circuit breaker of https://example.org:443 is open for 00:00:05 ", _logs.Lines);
    }

    [Fact]
    public async Task WhatIsNotWanted_IsNotLogged()
    {
        var warnings = new CollectingLogs(LogLevel.Warning);
        Options.LoggerFactory = warnings;
        Stub.OnAny().Reply(HttpStatusCode.InternalServerError).Reply(HttpStatusCode.OK);

        await FinishAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Empty(warnings.Lines);
    }
}
