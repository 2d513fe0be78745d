using System.IO.Compression;
using System.Net;
using AsyncKit.Http.Tests.Fetching;
using AsyncKit.Testing;

namespace AsyncKit.Http.Tests.Bodies;

/// <summary>Bodies that are read into memory, and the beginnings of those that explain a failure.</summary>
public class BoundedBodyTests : FetcherFixture
{
    private const int MiB = 1024 * 1024;

    private readonly FetchBodyOptions _options = new();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(3 * MiB)]
    public async Task AWholeBody_IsRead_WhetherItsLengthIsKnownOrNot(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        using var known = new ByteArrayContent(bytes);
        using var unknown = new StreamContent(new EndlessStream(bytes, length));

        Assert.Equal(bytes, await Guarded.ReadAsync(known, _options));
        Assert.Equal(bytes, await Guarded.ReadAsync(unknown, _options));
        Assert.Equal(length, unknown.Headers.ContentLength);
    }

    [Fact]
    public async Task ABodyOfKnownLength_CostsOneArray()
    {
        using var warm = new ByteArrayContent(new byte[1]);
        await Guarded.ReadAsync(warm, _options);
        using var content = new ByteArrayContent(new byte[MiB]);

        long before = GC.GetAllocatedBytesForCurrentThread();
        ValueTask<byte[]> read = Guarded.ReadAsync(content, _options);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(read.IsCompleted);
        Assert.Equal(MiB, (await read).Length);
        Assert.InRange(allocated, MiB, MiB + 4_000);
    }

    [Fact]
    public async Task APromise_CostsTheServerSomething()
    {
        using var content = new StreamContent(new EndlessStream([1], length: 10));
        content.Headers.ContentLength = 60 * MiB;

        long before = GC.GetAllocatedBytesForCurrentThread();
        Task<byte[]> read = Guarded.ReadAsync(content, _options).AsTask();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        HttpIOException failure = await Assert.ThrowsAsync<HttpIOException>(() => read);

        Assert.Equal(HttpRequestError.ResponseEnded, failure.HttpRequestError);
        Assert.InRange(allocated, 0, 2 * MiB);
    }

    [Fact]
    public async Task Pitfall26_ABodyOverTheLimit_FailsTheFetch_AndNothingOfItIsGiven()
    {
        Options.Body.MaxBytes = 1_000;
        Stub.OnAny()
            .Reply(_ => Answer(HttpStatusCode.OK, new EndlessStream([1], length: 1_000)))
            .Reply(_ => Answer(HttpStatusCode.OK, new EndlessStream([1])));

        Assert.Equal(1_000, (await Fetcher.GetBytesAsync(Page, TestToken)).Length);
        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => Fetcher.GetBytesAsync(Page, TestToken));

        Assert.Equal(FetchFailure.TooLarge, failure.Failure);
    }

    [Fact]
    public async Task ABomb_FailsTheFetch_AndIsNotRetried()
    {
        byte[] bomb = Packing.Repeat(Packing.Pack(new byte[MiB], "gzip"), 30);
        Stub.OnAny().Reply(_ => Answer(HttpStatusCode.OK, new MemoryStream(bomb), "gzip"));

        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => Fetcher.GetBytesAsync(Page, TestToken));

        Assert.Equal(FetchFailure.DecompressionBomb, failure.Failure);
        Assert.Single(Stub.Calls);
    }

    [Theory]
    [InlineData("text/plain", null, 4_096)]
    [InlineData("application/problem+json", null, 4_096)]
    [InlineData("application/octet-stream", null, 0)]
    [InlineData("image/png", null, 0)]
    public async Task Pitfall19_AnErrorBodyWithoutEnd_IsNotDrained(string type, string? coding, int expected)
    {
        var endless = new EndlessStream([(byte)'x']);
        Stub.OnAny().Reply(_ => Answer(HttpStatusCode.NotFound, endless, coding, type));

        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(expected, failure.BodySnippet?.Length ?? 0);
        Assert.Equal(expected, endless.Count);
        Assert.True(endless.IsDisposed);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Pitfall19_AnErrorBodyThatIsABomb_GivesItsBeginning(string coding)
    {
        byte[] text = new byte[8 * MiB];
        Array.Fill(text, (byte)'x');
        var wire = new EndlessStream(Packing.Pack(text, coding, CompressionLevel.Fastest));
        Stub.OnAny().Reply(_ => Answer(HttpStatusCode.NotFound, wire, coding));

        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(new string('x', 4_096), failure.BodySnippet);
        Assert.InRange(wire.Count, 1, 16 * 1024);
    }

    [Fact]
    public async Task Pitfall19_AnErrorBodyThatNeverBegins_IsGivenUp()
    {
        // The header of a gzip file may hold a name, of any length.
        var wire = new EndlessStream([(byte)'n'], prefix: [0x1F, 0x8B, 8, 8, 0, 0, 0, 0, 0, 3]);
        Stub.OnAny().Reply(_ => Answer(HttpStatusCode.NotFound, wire, "gzip"));

        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => Fetcher.GetAsync(Page, TestToken));

        Assert.Null(failure.BodySnippet);
        Assert.InRange(wire.Count, 1, 80 * 1024);
    }

    [Fact]
    public async Task AnErrorBodyThatDrips_IsReadForTwoSeconds()
    {
        // Bytes come after 0.35 seconds, and then every 0.25.
        using var pair = new DuplexPair(
            new LinkOptions { Latency = TimeSpan.FromSeconds(0.1), BytesPerSecond = 4, MaxChunk = 1 }, Time);
        Stub.OnAny().Reply(_ => Answer(HttpStatusCode.NotFound, pair.Client));
        Task<FetchResponse> fetch = Fetcher.GetAsync(Page, TestToken);
        await pair.Server.WriteAsync("a slow explanation"u8.ToArray(), TestToken);

        FetchException failure = await FailAsync(fetch);

        Assert.Equal("a slow ", failure.BodySnippet);
        Assert.Equal(FetchFailure.Status, failure.Failure);
    }

    [Fact]
    public async Task AnErrorBodyThatBreaksOff_GivesWhatCame()
    {
        byte[] packed = Packing.Pack([.. Enumerable.Repeat((byte)'x', 500)], "gzip");
        Stub.OnAny().Reply(_ => Answer(HttpStatusCode.NotFound, new MemoryStream(packed[..^4]), "gzip"));

        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(new string('x', 500), failure.BodySnippet);
    }

    private static HttpResponseMessage Answer(
        HttpStatusCode status, Stream body, string? coding = null, string type = "text/plain")
    {
        var content = new StreamContent(body) { Headers = { { "Content-Type", type } } };
        if (coding is not null) content.Headers.Add("Content-Encoding", coding);
        return new HttpResponseMessage(status) { Content = content };
    }
}
