using System.Net;
using AsyncKit.Http.Tests.Fetching;
using AsyncKit.Timing;

namespace AsyncKit.Http.Tests.Requests;

/// <summary>What may be sent twice is, and what may not is not.</summary>
public class FetchRequestTests : FetcherFixture
{
    [Theory]
    [InlineData("GET", 2)]
    [InlineData("HEAD", 2)]
    [InlineData("OPTIONS", 2)]
    [InlineData("TRACE", 2)]
    [InlineData("PUT", 2)]
    [InlineData("DELETE", 2)]
    [InlineData("POST", 1)]
    [InlineData("PATCH", 1)]
    [InlineData("BREW", 1)]
    public async Task Pitfall06_OnlyWhatIsIdempotent_IsRepeated(string method, int expected)
    {
        Stub.OnAny().Reply(HttpStatusCode.BadGateway).Reply(HttpStatusCode.OK).Forever();

        Task<FetchResponse> fetch = Fetcher.SendAsync(new FetchRequest(new HttpMethod(method), Page), TestToken);
        if (expected is 2) await FinishAsync(fetch);
        else
        {
            FetchException failure = await FailAsync(fetch);
            Assert.Equal(HttpStatusCode.BadGateway, failure.StatusCode);
            Assert.Contains(
                $"a {method} that the server may have seen is not sent again",
                failure.Message,
                StringComparison.Ordinal);
        }

        Assert.Equal(expected, Stub.Calls.Count);
    }

    [Fact]
    public async Task WithAnIdempotencyKey_APostIsRepeated_AndTheKeyIsTheSame()
    {
        Stub.OnAny().Reply(HttpStatusCode.BadGateway).Reply(HttpStatusCode.OK);
        var request =
            new FetchRequest(HttpMethod.Post, Page) { IdempotencyKey = "k1", Body = FetchBody.FromText("pay") };

        await FinishAsync(Fetcher.SendAsync(request, TestToken));

        Assert.Equal(["k1", "k1"], Stub.Calls.SelectMany(call => call.Headers.GetValues("Idempotency-Key")));
        Assert.Equal(["pay", "pay"], Stub.Calls.Select(call => call.Body));
    }

    [Fact]
    public async Task WithTheHeaderItself_APostIsRepeated()
    {
        Stub.OnAny().Reply(HttpStatusCode.BadGateway).Reply(HttpStatusCode.OK);
        var request = new FetchRequest(HttpMethod.Post, Page);
        request.Headers.Add("Idempotency-Key", "k2");

        await FinishAsync(Fetcher.SendAsync(request, TestToken));

        Assert.Equal(2, Stub.Calls.Count);
    }

    [Theory]
    [InlineData(RetrySafety.Idempotent, "POST", 2)]
    [InlineData(RetrySafety.NeverRetry, "GET", 1)]
    public async Task TheCallersWord_IsTaken(RetrySafety safety, string method, int expected)
    {
        Stub.OnAny().Reply(HttpStatusCode.BadGateway).Reply(HttpStatusCode.OK).Forever();
        var request = new FetchRequest(new HttpMethod(method), Page) { Safety = safety };

        Task<FetchResponse> fetch = Fetcher.SendAsync(request, TestToken);
        if (expected is 2) await FinishAsync(fetch);
        else await FailAsync(fetch);

        Assert.Equal(expected, Stub.Calls.Count);
    }

    [Theory]
    [InlineData(HttpRequestError.ConnectionError, 2)]
    [InlineData(HttpRequestError.NameResolutionError, 2)]
    [InlineData(HttpRequestError.ResponseEnded, 1)]
    [InlineData(HttpRequestError.Unknown, 1)]
    public async Task APostThatProvablyWasNotSent_IsRepeated(HttpRequestError error, int expected)
    {
        Stub.OnAny().Throw(new HttpRequestException(error, "broken")).Reply(HttpStatusCode.OK);

        Task<FetchResponse> fetch = Fetcher.SendAsync(new FetchRequest(HttpMethod.Post, Page), TestToken);
        if (expected is 2) await FinishAsync(fetch);
        else await FailAsync(fetch);

        Assert.Equal(expected, Stub.Calls.Count);
    }

    [Fact]
    public async Task APostThatHttp2Refused_IsRepeated()
    {
        var refused = new HttpProtocolException(0x7, "REFUSED_STREAM", innerException: null);
        Stub.OnAny()
            .Throw(new HttpRequestException(HttpRequestError.HttpProtocolError, "refused", refused))
            .Reply(HttpStatusCode.OK);

        await FinishAsync(Fetcher.SendAsync(new FetchRequest(HttpMethod.Post, Page), TestToken));

        Assert.Equal(2, Stub.Calls.Count);
    }

    [Fact]
    public async Task EveryAttempt_IsAMessageOfItsOwn()
    {
        Stub.OnAny().Reply(HttpStatusCode.BadGateway).Times(2).Reply(HttpStatusCode.OK);
        Options.UserAgent = "Bot/1.0";
        var request = new FetchRequest(Page);
        request.Headers.Add("X-Trace", ["a", "b"]);

        await FinishAsync(Fetcher.SendAsync(request, TestToken));

        Assert.All(Stub.Calls, static call =>
        {
            Assert.Equal(["a", "b"], call.Headers.GetValues("X-Trace"));
            Assert.Equal("Bot/1.0", call.Headers.UserAgent.ToString());
            Assert.Equal(["gzip", "br"], call.Headers.GetValues("Accept-Encoding"));
        });
    }

    [Fact]
    public async Task TheHeadersOfARequest_ComeBeforeThoseOfTheFetcher()
    {
        Stub.OnAny().Reply(HttpStatusCode.OK);
        Options.UserAgent = "Bot/1.0";
        var request = new FetchRequest(Page);
        request.Headers.Add("User-Agent", "Mine/2.0");
        request.Headers.Add("Accept-Encoding", "identity");

        await Fetcher.SendAsync(request, TestToken);

        Assert.Equal("Mine/2.0", Stub.Calls[0].Headers.UserAgent.ToString());
        Assert.Equal("identity", Stub.Calls[0].Headers.AcceptEncoding.ToString());
    }

    [Fact]
    public async Task ARange_IsOneOfThePlainBytes()
    {
        Stub.OnAny().Reply(HttpStatusCode.PartialContent, "part");
        var request = new FetchRequest(Page);
        request.Headers.Range = new(0, 3);

        await Fetcher.SendAsync(request, TestToken);

        Assert.Equal("identity", Stub.Calls[0].Headers.AcceptEncoding.ToString());
    }

    [Fact]
    public async Task ADeadlineOfItsOwn_ComesBeforeTheTotalLimit()
    {
        Stub.OnAny().Hang().Forever();
        var request = new FetchRequest(Page) { Deadline = Deadline.After(TimeSpan.FromSeconds(5), Time) };

        FetchException failure = await FailAsync(Fetcher.SendAsync(request, TestToken));

        Assert.Equal(FetchFailure.TotalTimeout, failure.Failure);
        Assert.Contains("00:00:05", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheAnswerToHead_HasNoBody_WhateverItsHeadersSay()
    {
        Stub.OnAny().Reply(static _ => new HttpResponseMessage
        {
            Content = new ByteArrayContent([]) { Headers = { ContentLength = 1000 } },
        });

        FetchResponse response = await Fetcher.SendAsync(new FetchRequest(HttpMethod.Head, Page), TestToken);

        Assert.Equal(0, response.Body.Length);
        Assert.Equal(1000, response.ContentHeaders.ContentLength);
    }

    [Theory]
    [InlineData("/relative")]
    [InlineData("ftp://example.org/")]
    public void AnAddressThatIsNotOfTheWeb_IsRefused(string address)
    {
        var uri = new Uri(address, UriKind.RelativeOrAbsolute);

        ArgumentException refused = Assert.Throws<ArgumentException>("uri", () => new FetchRequest(uri));

        Assert.Contains(address, refused.Message, StringComparison.Ordinal);
    }
}
