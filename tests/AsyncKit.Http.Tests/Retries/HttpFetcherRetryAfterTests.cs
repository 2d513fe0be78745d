using System.Net;
using AsyncKit.Http.Tests.Fetching;

namespace AsyncKit.Http.Tests.Retries;

public class HttpFetcherRetryAfterTests : FetcherFixture
{
    [Theory]
    [InlineData("5", 5)]
    [InlineData("7", 7)]
    [InlineData("Sat, 01 Jan 2000 00:00:06 GMT", 6)]
    [InlineData("Saturday, 01-Jan-00 00:00:06 GMT", 6)]
    [InlineData("Sat Jan  1 00:00:06 2000", 6)]
    public async Task TheTimeAskedFor_IsWaited(string header, int seconds)
    {
        ReplyOnce(HttpStatusCode.TooManyRequests, header);

        FetchResponse response = await FinishAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal([0, seconds], Arrivals());
        Assert.Equal(TimeSpan.FromSeconds(seconds), response.Attempts[0].Delay);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    [InlineData("Fri, 31 Dec 1999 23:59:59 GMT")]
    [InlineData("-1")]
    [InlineData("soon")]
    [InlineData("")]
    public async Task ATimeShorterThanTheBackoff_OrNotUnderstood_LeavesTheBackoff(string header)
    {
        ReplyOnce(HttpStatusCode.ServiceUnavailable, header);

        await FinishAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal([0, 2], Arrivals());
    }

    [Theory]
    [InlineData("61")]
    [InlineData("2147483648")]
    [InlineData("99999999999999999999999999")]
    [InlineData("Sun, 02 Jan 2000 00:00:00 GMT")]
    public async Task Pitfall02_ATimeBeyondTheMaximum_FailsAtOnce_AndSaysWhenToComeBack(string header)
    {
        Options.TotalRequestTimeout.Timeout = TimeSpan.FromHours(1);
        ReplyOnce(HttpStatusCode.TooManyRequests, header);

        FetchException failure =
            await Assert.ThrowsAsync<FetchException>(() => Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(FetchFailure.RetryAfterTooLong, failure.Failure);
        Assert.Equal(HttpStatusCode.TooManyRequests, failure.StatusCode);
        Assert.True(failure.RetryAt >= Time.Start.AddSeconds(61));
        Assert.Contains("429", failure.Message, StringComparison.Ordinal);
        Assert.Single(Stub.Calls);
    }

    [Fact]
    public async Task Pitfall02_ATimeBeyondTheTotalLimit_FailsAtOnce_InsteadOfSleepingIntoTheTimeout()
    {
        ReplyOnce(HttpStatusCode.ServiceUnavailable, "31");

        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(FetchFailure.RetryAfterTooLong, failure.Failure);
        Assert.Equal(Time.Start.AddSeconds(31), failure.RetryAt);
    }

    [Fact]
    public async Task OnTheLastAttempt_TheStatusIsTheFailure_AndTheTimeIsStillTold()
    {
        Options.Retry.MaxRetryAttempts = 0;
        ReplyOnce(HttpStatusCode.ServiceUnavailable, "3600");

        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(FetchFailure.Status, failure.Failure);
        Assert.Equal(Time.Start.AddHours(1), failure.RetryAt);
    }

    [Fact]
    public async Task SwitchedOff_TheHeaderIsIgnored()
    {
        Options.Retry.ShouldRetryAfterHeader = false;
        ReplyOnce(HttpStatusCode.TooManyRequests, "3600");

        await FinishAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal([0, 2], Arrivals());
    }

    [Fact]
    public async Task OnAStatusThatIsNotRetried_TheHeaderChangesNothing()
    {
        ReplyOnce(HttpStatusCode.NotFound, "5");

        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(FetchFailure.Status, failure.Failure);
    }

    private void ReplyOnce(HttpStatusCode status, string header) => Stub.OnAny()
        .Reply(_ =>
        {
            var response = new HttpResponseMessage(status);
            Assert.True(response.Headers.TryAddWithoutValidation("Retry-After", header));
            return response;
        })
        .Reply(HttpStatusCode.OK);
}
