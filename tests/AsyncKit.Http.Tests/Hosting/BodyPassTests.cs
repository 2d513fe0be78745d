using System.Net;
using AsyncKit.Http.Tests.Fetching;

namespace AsyncKit.Http.Tests.Hosting;

/// <summary>The body of an answer that is handed to an HttpClient, and the permits that go with it.</summary>
public class BodyPassTests : HandlerFixture
{
    public BodyPassTests() => Options.RateLimiter.PermitLimitPerHost = 1;

    [Fact]
    public async Task ThePermit_IsGivenBack_WhenTheBodyIsReadToItsEnd()
    {
        Stub.OnAny().Reply(HttpStatusCode.OK, "body").Forever();
        HttpResponseMessage first = await GetAsync();
        Task<HttpResponseMessage> second = GetAsync();
        Assert.False(second.IsCompleted);

        Assert.Equal("body", await first.Content.ReadAsStringAsync(TestToken));

        Assert.Equal(HttpStatusCode.OK, (await second.WaitAsync(TimeSpan.FromSeconds(30), TestToken)).StatusCode);
    }

    [Fact]
    public async Task ThePermit_IsGivenBack_WhenTheAnswerIsDisposed_EvenUnread()
    {
        Stub.OnAny().Reply(HttpStatusCode.OK, "body").Forever();
        HttpResponseMessage first = await GetAsync();
        Task<HttpResponseMessage> second = GetAsync();

        first.Dispose();

        Assert.Equal(HttpStatusCode.OK, (await second.WaitAsync(TimeSpan.FromSeconds(30), TestToken)).StatusCode);
    }

    [Fact]
    public async Task ThePermit_OfAnAnswerThatNobodyReads_IsGivenBackAfterTheIdleTimeout()
    {
        Options.Body.IdleTimeout = TimeSpan.FromSeconds(5);
        Stub.OnAny().Reply(HttpStatusCode.OK, "body").Forever();
        HttpResponseMessage forgotten = await GetAsync();
        Task<HttpResponseMessage> second = GetAsync();

        Time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(second.IsCompleted);
        Time.Advance(TimeSpan.FromSeconds(1));

        await second.WaitAsync(TimeSpan.FromSeconds(30), TestToken);
        Assert.Equal("body", await forgotten.Content.ReadAsStringAsync(TestToken));
    }

    [Fact]
    public async Task ThePermit_OfAReaderThatGoesOn_IsKept()
    {
        Options.Body.IdleTimeout = TimeSpan.FromSeconds(5);
        Stub.OnAny().Reply(HttpStatusCode.OK, "body").Forever();
        using HttpResponseMessage first = await GetAsync();
        await using Stream body = await first.Content.ReadAsStreamAsync(TestToken);
        Task<HttpResponseMessage> second = GetAsync();

        for (var read = 0; read < 3; read++)
        {
            Time.Advance(TimeSpan.FromSeconds(3));
            await body.ReadExactlyAsync(new byte[1], TestToken);
        }

        Assert.False(second.IsCompleted);
        await body.DisposeAsync();
        await second.WaitAsync(TimeSpan.FromSeconds(30), TestToken);
    }

    [Theory]
    [InlineData("HEAD", HttpStatusCode.OK)]
    [InlineData("GET", HttpStatusCode.NoContent)]
    public async Task AnAnswerWithoutBody_HoldsNoPermit(string method, HttpStatusCode status)
    {
        Stub.OnAny().Reply(_ =>
        {
            var answer = new HttpResponseMessage(status);
            answer.Content.Headers.ContentLength = 1000;
            return answer;
        }).Forever();
        for (var number = 0; number < 3; number++)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), Page);
            await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestToken);
        }

        Assert.Equal(3, Stub.Calls.Count);
    }

    [Fact]
    public async Task ABodyThatBreaksOff_IsNotTakenForWhole()
    {
        Stub.OnAny().Reply(_ =>
        {
            var answer = new HttpResponseMessage { Content = new StreamContent(new MemoryStream(new byte[10])) };
            answer.Content.Headers.ContentLength = 20;
            return answer;
        });

        HttpRequestException failure =
            await Assert.ThrowsAsync<HttpRequestException>(() => Client.GetByteArrayAsync(Page, TestToken));

        Assert.Contains("10 of 20", failure.InnerException?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABodyThatStalls_FailsAfterTheIdleTimeout()
    {
        Options.Body.IdleTimeout = TimeSpan.FromSeconds(5);
        Stub.OnAny().StallAfter(4, "stalls here");
        using HttpResponseMessage response = await GetAsync();

        Task<string> body = response.Content.ReadAsStringAsync(TestToken);
        HttpRequestException failure = await Assert.ThrowsAsync<HttpRequestException>(() => FinishAsync(body));

        Assert.Contains("stalled", failure.InnerException?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABodyThatPromisesTooMuch_FailsWithItsHeaders()
    {
        Options.Body.MaxStreamBytes = 5;
        Stub.OnAny().Reply(HttpStatusCode.OK, "123456").Reply(HttpStatusCode.OK, "12345");

        FetchException failure = await Assert.ThrowsAsync<FetchException>(GetAsync);

        Assert.Equal(FetchFailure.TooLarge, failure.Failure);
        Assert.Equal(HttpStatusCode.OK, failure.StatusCode);
        Assert.Equal("12345", await Client.GetStringAsync(Page, TestToken));
    }

    [Fact]
    public async Task ABodyThatGrowsTooLarge_FailsWhileItIsRead()
    {
        Options.Body.MaxStreamBytes = 5;
        Stub.OnAny().Reply(_ => new HttpResponseMessage { Content = new StreamContent(new OneWayStream(new byte[6])) });

        HttpRequestException failure =
            await Assert.ThrowsAsync<HttpRequestException>(() => Client.GetByteArrayAsync(Page, TestToken));

        Assert.Contains("larger than 5 bytes", failure.InnerException?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACompressedBody_IsLeftAsItIs()
    {
        Stub.OnAny().Reply(_ => new HttpResponseMessage
        {
            Content = new ByteArrayContent([1, 2, 3]) { Headers = { { "Content-Encoding", "gzip" } } },
        });

        using HttpResponseMessage compressed = await Client.GetAsync(Page, TestToken);

        Assert.Equal([1, 2, 3], await compressed.Content.ReadAsByteArrayAsync(TestToken));
        Assert.Equal(["gzip"], compressed.Content.Headers.ContentEncoding);
    }
}
