using System.Net;
using System.Text;

namespace AsyncKit.Http.Tests.Fetching;

public class HttpFetcherTests : FetcherFixture
{
    [Fact]
    public async Task GetAsync_GivesTheWholeAnswer()
    {
        Stub.On(HttpMethod.Get, "/page").Reply(_ => new HttpResponseMessage
        {
            Headers = { { "X-Trace", "t1" } },
            Content = new StringContent("größer", Encoding.UTF8, "text/html"),
        });

        FetchResponse response = await Fetcher.GetAsync(Page, TestToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(Page, response.Uri);
        Assert.Equal("t1", Assert.Single(response.Headers.GetValues("X-Trace")));
        Assert.Equal("text/html", response.ContentHeaders.ContentType?.MediaType);
        Assert.Equal("größer", response.GetString());
        FetchAttempt attempt = Assert.Single(response.Attempts);
        Assert.Equal(
            new FetchAttempt
            {
                Number = 1,
                Started = Time.Start,
                Duration = TimeSpan.Zero,
                StatusCode = HttpStatusCode.OK,
                HttpVersion = HttpVersion.Version11,
                BytesReceived = 8,
            },
            attempt);
    }

    [Fact]
    public async Task GetBytesAsync_AndGetStringAsync_GiveTheBody()
    {
        Stub.OnAny().Reply(HttpStatusCode.OK, "abc").Forever();

        Assert.Equal("abc"u8.ToArray(), await Fetcher.GetBytesAsync(Page, TestToken));
        Assert.Equal("abc", await Fetcher.GetStringAsync(Page, TestToken));
    }

    [Theory]
    [InlineData("utf-8", null)]
    [InlineData("utf-8", "utf-8")]
    [InlineData("iso-8859-1", "\"ISO-8859-1\"")]
    [InlineData("windows-1252", "windows-1252")]
    [InlineData("utf-8", "no-such-charset")]
    [InlineData("utf-8", "utf-7")]
    public async Task GetString_DecodesByTheCharset(string encoding, string? charset)
    {
        Encoding encoder = CodePagesEncodingProvider.Instance.GetEncoding(encoding) ?? Encoding.GetEncoding(encoding);
        byte[] body = encoder.GetBytes("naïve");
        Stub.OnAny().Reply(_ =>
        {
            var content = new ByteArrayContent(body);
            string type = charset is null ? "text/plain" : $"text/plain; charset={charset}";
            content.Headers.TryAddWithoutValidation("Content-Type", type);
            return new HttpResponseMessage { Content = content };
        });

        Assert.Equal("naïve", await Fetcher.GetStringAsync(Page, TestToken));
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    public async Task GetString_BelievesTheByteOrderMark_MoreThanTheHeader(string name)
    {
        Encoding encoding = Encoding.GetEncoding(name);
        Stub.OnAny().Reply(_ => new HttpResponseMessage
        {
            Content = new ByteArrayContent([.. encoding.Preamble, .. encoding.GetBytes("naïve")])
            {
                Headers = { { "Content-Type", "text/plain; charset=iso-8859-1" } },
            },
        });

        Assert.Equal("naïve", await Fetcher.GetStringAsync(Page, TestToken));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ABodyOverTheLimit_FailsTheFetch_AndIsNotRetried(bool isLengthKnown)
    {
        Options.Body.MaxBytes = 10_000;
        Stub.OnAny().Reply(_ => Body(10_000, isLengthKnown)).Reply(_ => Body(10_001, isLengthKnown));

        byte[] fits = await Fetcher.GetBytesAsync(Page, TestToken);
        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => Fetcher.GetBytesAsync(Page, TestToken));

        Assert.Equal(10_000, fits.Length);
        Assert.Equal(FetchFailure.TooLarge, failure.Failure);
        Assert.Contains("10000", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, Stub.Calls.Count);
    }

    [Fact]
    public async Task ABodyShorterThanItsHeaderPromised_IsRetried()
    {
        Stub.OnAny()
            .Reply(_ =>
            {
                HttpResponseMessage response = Body(10, isLengthKnown: false);
                response.Content.Headers.ContentLength = 20;
                return response;
            })
            .Reply(HttpStatusCode.OK, "whole");

        FetchResponse response = await FinishAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal("whole", response.GetString());
        Assert.Equal(FetchFailure.BodyTruncated, response.Attempts[0].Failure);
        Assert.Contains("10 of 20", response.Attempts[0].Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheSnippetOfAFailure_IsTextOnly_AndBounded()
    {
        Stub.OnAny()
            .Reply(HttpStatusCode.NotFound, new string('x', 10_000))
            .Reply(_ => new HttpResponseMessage(HttpStatusCode.NotFound) { Content = new ByteArrayContent([1, 2, 3]) });

        FetchException text = await Assert.ThrowsAsync<FetchException>(() => Fetcher.GetAsync(Page, TestToken));
        FetchException binary = await Assert.ThrowsAsync<FetchException>(() => Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(4_096, text.BodySnippet?.Length);
        Assert.Null(binary.BodySnippet);
    }

    [Fact]
    public async Task UserAgent_IsSentWithEveryRequest()
    {
        Options.UserAgent = "Harvester/1.0 (+https://example.org/about)";
        Stub.OnAny().Reply(HttpStatusCode.ServiceUnavailable).Reply(HttpStatusCode.OK);

        await FinishAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.All(Stub.Calls, call => Assert.Equal(Options.UserAgent, call.Headers.UserAgent.ToString()));
    }

    [Theory]
    [InlineData("/relative")]
    [InlineData("ftp://example.org/file")]
    [InlineData("file:///etc/hosts")]
    public void AnAddressThatIsNotHttp_IsRefusedAtTheCall(string address)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(
            "uri", () => { _ = Fetcher.GetAsync(new Uri(address, UriKind.RelativeOrAbsolute), TestToken); });

        Assert.Contains(address, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AfterDispose_FetchesAreRefused_AndTheCallersTransportLives()
    {
        Stub.OnAny().Reply(HttpStatusCode.OK, "alive").Forever();
        await Fetcher.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => Fetcher.GetAsync(Page, TestToken));

        await using var another = new HttpFetcher(Stub);
        Assert.Equal("alive", await another.GetStringAsync(Page, TestToken));
    }

    [Fact]
    public async Task ADisposeBetweenAttempts_EndsTheFetchAtItsNext()
    {
        Stub.OnAny().Reply(HttpStatusCode.ServiceUnavailable).Forever();
        Task<FetchResponse> fetch = Fetcher.GetAsync(Page, TestToken);

        await Fetcher.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => FinishAsync(fetch));
        Assert.Single(Stub.Calls);
    }

    private static HttpResponseMessage Body(int bytes, bool isLengthKnown) => new()
    {
        Content = isLengthKnown
            ? new ByteArrayContent(new byte[bytes])
            : new StreamContent(new UnseekableStream(bytes)),
    };

    /// <summary>A body whose length cannot be known before it was read.</summary>
    private sealed class UnseekableStream(int bytes) : MemoryStream(new byte[bytes])
    {
        public override bool CanSeek => false;
    }
}
