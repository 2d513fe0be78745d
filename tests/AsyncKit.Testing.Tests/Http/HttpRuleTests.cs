using System.Net;

namespace AsyncKit.Testing.Tests.Http;

public sealed class HttpRuleTests : IDisposable
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _time = new();
    private readonly HttpStub _stub;
    private readonly HttpClient _client;

    public HttpRuleTests()
    {
        _stub = new HttpStub(_time);
        _client = _stub.CreateClient(timeout: Timeout.InfiniteTimeSpan);
    }

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Times_GivesTheLastAnswerSoOften_ThenTheNext()
    {
        _stub.OnAny().Reply(HttpStatusCode.OK, "a").Times(2).Reply(HttpStatusCode.OK, "b");

        string[] bodies = [await GetAsync(), await GetAsync(), await GetAsync()];

        Assert.Equal(["a", "a", "b"], bodies);
        await Assert.ThrowsAsync<InvalidOperationException>(GetAsync);
    }

    [Fact]
    public async Task TimesAndForever_AlsoRepeatAnAnswerThatWasGivenAlready()
    {
        HttpRule rule = _stub.OnAny().Reply(HttpStatusCode.OK, "a");
        await GetAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(GetAsync);

        rule.Times(2);
        Assert.Equal("any request: 1 answer left", rule.ToString());
        Assert.Equal("a", await GetAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(GetAsync);
        rule.Forever();

        Assert.Equal("a", await GetAsync());
        Assert.Equal("a", await GetAsync());
        Assert.Equal("any request: answers forever", rule.ToString());
    }

    [Fact]
    public async Task Drip_GivesTheHeadersAtOnce_AndAPieceForEachPeriod()
    {
        _stub.OnAny().Drip("hello", chunkSize: 2, every: _second);
        var buffer = new byte[100];

        using HttpResponseMessage response = await GetHeadersAsync();
        await using Stream body = await response.Content.ReadAsStreamAsync(TestToken);
        List<int> read = [];
        for (var i = 0; i < 3; i++)
        {
            Task<int> piece = body.ReadAsync(buffer, TestToken).AsTask();
            Assert.False(piece.IsCompleted);
            _time.Advance(_second);
            Assert.True(piece.IsCompleted);
            read.Add(await piece);
        }

        Assert.Equal([2, 2, 1], read);
        Assert.Equal(0, await body.ReadAsync(buffer, TestToken));
        Assert.Equal(5, response.Content.Headers.ContentLength);
        Assert.Equal("text/plain; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("https://stub.test/", response.RequestMessage?.RequestUri?.AbsoluteUri);
    }

    [Fact]
    public async Task Drip_ReadLate_HasComeMeanwhile()
    {
        _stub.OnAny().Drip("hello", chunkSize: 2, every: _second);

        using HttpResponseMessage response = await GetHeadersAsync();
        _time.Advance(2 * _second);
        Task<string> body = response.Content.ReadAsStringAsync(TestToken);

        Assert.False(body.IsCompleted);
        _time.Advance(_second);
        Assert.True(body.IsCompleted);
        Assert.Equal("hello", await body);
    }

    [Fact]
    public async Task Drip_WithoutTime_IsThereAtOnce_ButInPieces()
    {
        _stub.OnAny().Drip("hello", chunkSize: 4, every: TimeSpan.Zero).Times(2);
        using HttpResponseMessage response = await GetHeadersAsync();
        await using Stream body = await response.Content.ReadAsStreamAsync(TestToken);

        int[] read = [await body.ReadAsync(new byte[3], TestToken), Read(body, 3), Read(body, 3)];

        Assert.Equal([3, 1, 1], read);
        Assert.Equal("hello", await GetAsync());
    }

    [Fact]
    public async Task ResetAfter_GivesTheBytes_ThenEndsAsABrokenConnectionDoes()
    {
        _stub.OnAny().ResetAfter(3, "hello");
        using HttpResponseMessage response = await GetHeadersAsync();
        await using Stream body = await response.Content.ReadAsStreamAsync(TestToken);

        Assert.Equal(3, await body.ReadAsync(new byte[100], TestToken));
        HttpIOException thrown =
            await Assert.ThrowsAsync<HttpIOException>(() => body.ReadAsync(new byte[100], TestToken).AsTask());

        Assert.Equal(HttpRequestError.ResponseEnded, thrown.HttpRequestError);
        Assert.Equal(
            "The response ended prematurely, with at least 2 additional bytes expected. (ResponseEnded)",
            thrown.Message);
    }

    [Fact]
    public async Task ResetAfter_WhereTheClientReads_IsARequestException()
    {
        _stub.OnAny().ResetAfter(0, "hello");

        HttpRequestException thrown = await Assert.ThrowsAsync<HttpRequestException>(GetAsync);

        Assert.Equal(HttpRequestError.ResponseEnded, thrown.HttpRequestError);
        Assert.IsType<HttpIOException>(thrown.InnerException);
    }

    [Fact]
    public async Task StallAfter_GivesTheBytes_ThenWaitsUntilCancelled()
    {
        _stub.OnAny().StallAfter(3, "hello");
        using var caller = new CancellationTokenSource();
        using HttpResponseMessage response = await GetHeadersAsync();
        await using Stream body = await response.Content.ReadAsStreamAsync(TestToken);
        Assert.Equal(3, await body.ReadAsync(new byte[100], TestToken));

        Task<int> rest = body.ReadAsync(new byte[100], caller.Token).AsTask();
        _time.Advance(TimeSpan.FromDays(1));
        Assert.False(rest.IsCompleted);
        await caller.CancelAsync();

        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rest);
        Assert.Equal(caller.Token, thrown.CancellationToken);
    }

    [Fact]
    public async Task ABlockingRead_IsServedWhenItNeedNotWait_AndRefusedElse()
    {
        _stub.OnAny().Drip("hello", chunkSize: 2, every: _second);
        using HttpResponseMessage response = await GetHeadersAsync();
        Stream body = await response.Content.ReadAsStreamAsync(TestToken);

        Assert.Throws<NotSupportedException>(() => Read(body));
        _time.Advance(_second);
        Assert.Equal(2, Read(body));
        Assert.Throws<NotSupportedException>(() => Read(body));
        await body.DisposeAsync();
        Assert.Throws<ObjectDisposedException>(() => Read(body));
    }

    [Fact]
    public void MistakesInTheScript_AreRefusedAtOnce()
    {
        HttpRule rule = _stub.OnAny();

        Assert.Throws<InvalidOperationException>(() => rule.Times(2));
        Assert.Throws<ArgumentOutOfRangeException>("count", () => rule.Times(0));
        Assert.Throws<ArgumentOutOfRangeException>("chunkSize", () => rule.Drip("a", 0, _second));
        Assert.Throws<ArgumentOutOfRangeException>("every", () => rule.Drip("a", 1, -_second));
        Assert.Throws<ArgumentOutOfRangeException>("bytes", () => rule.ResetAfter(5, "hello"));
        Assert.Throws<ArgumentOutOfRangeException>("bytes", () => rule.StallAfter(-1, "hello"));
        rule.Hang().Forever();
        Assert.Throws<InvalidOperationException>(() => rule.Times(2));
        Assert.Throws<InvalidOperationException>(() => rule.ResetAfter(1, "hello"));
    }

    private static int Read(Stream body, int count = 100) => body.Read(new byte[count]);

    private Task<string> GetAsync() => _client.GetStringAsync("", TestToken);

    private Task<HttpResponseMessage> GetHeadersAsync() =>
        _client.GetAsync("", HttpCompletionOption.ResponseHeadersRead, TestToken);
}
