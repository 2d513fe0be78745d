using System.Net;
using System.Text;
using AsyncKit.Http.Tests.Fetching;

namespace AsyncKit.Http.Tests.Bodies;

public class HttpFetcherCompressionTests : FetcherFixture
{
    private static readonly byte[] _page = Encoding.ASCII.GetBytes(
        string.Join('\n', Enumerable.Range(0, 5_000).Select(i => $"line {i * 7919 % 5_003}")));

    public static TheoryData<string> Codings { get; } = ["gzip", "x-gzip", "br", "deflate", "gzip, br"];

    [Theory]
    [MemberData(nameof(Codings))]
    public async Task ACompressedBody_IsDecompressed_AndItsHeadersDescribeIt(string coding)
    {
        Stub.OnAny().Reply(_ => Respond(Packing.Pack(_page, coding), coding));

        FetchResponse response = await Fetcher.GetAsync(Page, TestToken);

        Assert.Equal(_page, response.Body.ToArray());
        Assert.Empty(response.ContentHeaders.ContentEncoding);
        Assert.Equal(_page.Length, response.ContentHeaders.ContentLength);
        Assert.Equal("gzip, br", Assert.Single(Stub.Calls).Headers.AcceptEncoding.ToString());
    }

    [Theory]
    [MemberData(nameof(Codings))]
    public async Task ACompressedBodyThatBreaksOff_IsRetried_WhereverItBreaks(string coding)
    {
        byte[] packed = Packing.Pack(_page, coding);
        int[] cuts = [1, 4, 9, packed.Length / 2, packed.Length - 3];
        Options.Retry.MaxRetryAttempts = cuts.Length;
        Options.Retry.MaxDelay = TimeSpan.FromSeconds(1);
        Testing.HttpRule rule = Stub.OnAny();
        foreach (int cut in cuts) rule.Reply(_ => Respond(packed[..^cut], coding));
        rule.Reply(_ => Respond(packed, coding));

        FetchResponse response = await FinishAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(_page, response.Body.ToArray());
        Assert.All(
            response.Attempts.SkipLast(1), attempt => Assert.Equal(FetchFailure.BodyTruncated, attempt.Failure));
        Assert.Equal(cuts.Length + 1, response.Attempts.Count);
    }

    [Fact]
    public async Task AGzipBodyOfSeveralMembers_IsReadToItsEnd()
    {
        byte[] packed = [.. Packing.Pack("one, "u8.ToArray(), "gzip"), .. Packing.Pack("two"u8.ToArray(), "gzip")];
        Stub.OnAny().Reply(_ => Respond(packed, "gzip"));

        Assert.Equal("one, two", await Fetcher.GetStringAsync(Page, TestToken));
    }

    [Theory]
    [MemberData(nameof(Codings))]
    public async Task TheLimit_CountsWhatComesOut(string coding)
    {
        Options.Body.MaxBytes = _page.Length - 1;
        Stub.OnAny()
            .Reply(_ => Respond(Packing.Pack(_page, coding), coding))
            .Reply(_ => Respond(Packing.Pack(_page[1..], coding), coding));

        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => Fetcher.GetBytesAsync(Page, TestToken));

        Assert.Equal(FetchFailure.TooLarge, failure.Failure);
        Assert.Equal(_page.Length - 1, (await Fetcher.GetBytesAsync(Page, TestToken)).Length);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task BytesThatAreNotWhatTheySay_AreATruncatedBody(string coding)
    {
        Stub.OnAny().Reply(_ => Respond("not compressed at all"u8.ToArray(), coding)).Reply(HttpStatusCode.OK, "plain");

        FetchResponse response = await FinishAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal("plain", response.GetString());
        Assert.Equal(FetchFailure.BodyTruncated, response.Attempts[0].Failure);
    }

    [Fact]
    public async Task AnEmptyBody_AndACodingNobodyAskedFor_AreLeftAlone()
    {
        Stub.OnAny().Reply(_ => Respond([], "gzip")).Reply(_ => Respond("zzz"u8.ToArray(), "zstd"));

        Assert.Empty(await Fetcher.GetBytesAsync(Page, TestToken));
        FetchResponse response = await Fetcher.GetAsync(Page, TestToken);
        Assert.Equal("zzz"u8.ToArray(), response.Body.ToArray());
        Assert.Equal("zstd", Assert.Single(response.ContentHeaders.ContentEncoding));
    }

    [Theory]
    [MemberData(nameof(Codings))]
    public async Task TheSnippetOfAFailure_IsDecompressed(string coding)
    {
        Stub.OnAny().Reply(_ =>
        {
            HttpResponseMessage response = Respond(Packing.Pack("no such page"u8.ToArray(), coding), coding);
            response.StatusCode = HttpStatusCode.NotFound;
            return response;
        });

        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => Fetcher.GetAsync(Page, TestToken));

        Assert.Equal("no such page", failure.BodySnippet);
    }

    private static HttpResponseMessage Respond(byte[] body, string coding) => new()
    {
        Content = new ByteArrayContent(body)
        {
            Headers = { { "Content-Encoding", coding }, { "Content-Type", "text/plain" } },
        },
    };
}
