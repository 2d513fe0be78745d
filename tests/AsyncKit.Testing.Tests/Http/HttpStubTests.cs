using System.Net;

namespace AsyncKit.Testing.Tests.Http;

public sealed class HttpStubTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly HttpStub _stub;
    private readonly HttpClient _client;

    public HttpStubTests()
    {
        _stub = new HttpStub(_time);
        _client = new HttpClient(_stub) { BaseAddress = new Uri("https://example.org/") };
    }

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Replies_AreGivenInOrder_EachOnce()
    {
        _stub.On(HttpMethod.Get, "/items").Reply(HttpStatusCode.ServiceUnavailable).Reply(HttpStatusCode.OK, "two");

        using HttpResponseMessage first = await _client.GetAsync("items", TestToken);
        using HttpResponseMessage second = await _client.GetAsync("items", TestToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, first.StatusCode);
        Assert.Equal("two", await second.Content.ReadAsStringAsync(TestToken));
        Assert.Equal(new Uri("https://example.org/items"), second.RequestMessage?.RequestUri);
        await Assert.ThrowsAsync<InvalidOperationException>(() => _client.GetAsync("items", TestToken));
    }

    [Fact]
    public async Task Forever_RepeatsTheLastAnswer()
    {
        _stub.OnAny().Reply(HttpStatusCode.OK, "once").Reply(HttpStatusCode.OK, "always").Forever();

        string[] bodies = [await GetAsync("a"), await GetAsync("b"), await GetAsync("c")];

        Assert.Equal(["once", "always", "always"], bodies);
    }

    [Fact]
    public async Task FirstRuleThatFitsAndHasAnAnswer_Gives()
    {
        _stub.On(HttpMethod.Get, "/a").Reply(HttpStatusCode.OK, "exact");
        _stub.OnAny().Reply(HttpStatusCode.OK, "any").Forever();

        string[] bodies = [await GetAsync("a"), await GetAsync("a"), await GetAsync("b")];

        Assert.Equal(["exact", "any", "any"], bodies);
    }

    [Fact]
    public async Task Path_FitsEveryQuery_ButWithAQueryOnlyThat()
    {
        _stub.On(HttpMethod.Get, "/items?page=2").Reply(HttpStatusCode.OK, "second").Forever();
        _stub.On(HttpMethod.Get, "/items").Reply(HttpStatusCode.OK, "other").Forever();

        Assert.Equal("second", await GetAsync("items?page=2"));
        Assert.Equal("other", await GetAsync("items?page=3"));
    }

    [Fact]
    public async Task APathWithBlanksAndLetters_FitsTheEscapedOne()
    {
        _stub.On(HttpMethod.Get, "/a b/ä").Reply(HttpStatusCode.OK, "found");

        Assert.Equal("found", await GetAsync("a b/ä"));
    }

    [Fact]
    public async Task UnansweredRequest_FailsAndListsTheRules()
    {
        _stub.On(HttpMethod.Post, "/orders").Reply(HttpStatusCode.Created);
        _stub.On(HttpMethod.Get, "/items").Hang().Forever();

        InvalidOperationException failure =
            await Assert.ThrowsAsync<InvalidOperationException>(() => _client.GetAsync("orders", TestToken));

        Assert.Equal(
            "No rule of the HttpStub answers GET https://example.org/orders. Its rules:\n"
            + "  POST /orders: 1 answer left\n  GET /items: answers forever",
            failure.Message);
        Assert.Single(_stub.Calls);
    }

    [Fact]
    public async Task UnansweredRequest_OfAStubWithoutRules_SaysSo()
    {
        InvalidOperationException failure =
            await Assert.ThrowsAsync<InvalidOperationException>(() => _client.GetAsync("orders", TestToken));

        Assert.Contains("It has no rules", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_RememberMethodAddressHeadersBodyAndMoment()
    {
        _stub.OnAny().Reply(HttpStatusCode.OK).Forever();
        _time.Advance(TimeSpan.FromSeconds(7));
        using var request = new HttpRequestMessage(HttpMethod.Put, "items/1");
        request.Headers.Add("X-Trace", "t1");
        request.Content = new ByteArrayContent([0xFF, .. "hello"u8]) { Headers = { { "Content-Type", "x/y" } } };

        using HttpResponseMessage response = await _client.SendAsync(request, TestToken);
        request.Headers.Add("X-Later", "not sent");

        HttpCall call = Assert.Single(_stub.Calls);
        Assert.False(call.Headers.Contains("X-Later"));
        Assert.Equal([0xFF, .. "hello"u8], call.BodyBytes.ToArray());
        Assert.Equal("x/y", call.ContentHeaders.ContentType?.ToString());
        Assert.Equal("PUT https://example.org/items/1", call.ToString());
        Assert.Equal("t1", Assert.Single(call.Headers.GetValues("X-Trace")));
        Assert.Equal("\uFFFDhello", call.Body);
        Assert.Equal(_time.Start.AddSeconds(7), call.ReceivedAt);
    }

    [Fact]
    public async Task DelayedReply_ComesWhenTheClockReachesIt()
    {
        _stub.OnAny().Reply(HttpStatusCode.OK, "slow", after: TimeSpan.FromSeconds(5));

        Task<string> fetch = GetAsync("a");
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(fetch.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("slow", await fetch);
    }

    [Fact]
    public async Task ComputedReply_SeesTheCall()
    {
        _stub.OnAny().Reply(call => new HttpResponseMessage { Content = new StringContent(call.Uri.AbsolutePath) });

        Assert.Equal("/echo", await GetAsync("echo"));
    }

    [Fact]
    public async Task Throw_ReachesTheClient()
    {
        var reset = new HttpRequestException(HttpRequestError.ConnectionError, "reset");
        _stub.OnAny().Throw(reset);

        HttpRequestException thrown = await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync("a"));

        Assert.Same(reset, thrown);
    }

    [Fact]
    public async Task Hang_LastsUntilTheClientCancels()
    {
        using var caller = new CancellationTokenSource();
        _stub.OnAny().Hang();

        Task<HttpResponseMessage> fetch = _client.GetAsync("a", caller.Token);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.False(fetch.IsCompleted);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch);
    }

    [Fact]
    public async Task CancelledRequest_IsNotCounted()
    {
        _stub.OnAny().Reply(HttpStatusCode.OK);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _client.GetAsync("a", new CancellationToken(canceled: true)));

        Assert.Empty(_stub.Calls);
        Assert.Equal("", await GetAsync("a"));
    }

    [Fact]
    public void MistakesInTheScript_AreRefusedAtOnce()
    {
        Assert.Throws<ArgumentException>("path", () => _stub.On(HttpMethod.Get, "items"));
        Assert.Throws<InvalidOperationException>(() => _stub.OnAny().Forever());
        Assert.Throws<InvalidOperationException>(() => _stub.OnAny().Hang().Forever().Reply(HttpStatusCode.OK));
        Assert.Throws<ArgumentOutOfRangeException>(
            "after", () => _stub.OnAny().Reply(HttpStatusCode.OK, after: TimeSpan.FromDays(50)));
        Assert.Throws<ArgumentOutOfRangeException>(
            "after", () => _stub.OnAny().Reply(HttpStatusCode.OK, after: TimeSpan.FromSeconds(-1)));
    }

    [Fact]
    public async Task ManyThreads_TakeEachAnswerOnce()
    {
        const int Requests = 200;
        HttpRule rule = _stub.OnAny();
        for (var i = 0; i < Requests; i++) rule.Reply(HttpStatusCode.OK, $"{i}");

        string[] bodies = await Task.WhenAll(Enumerable.Range(0, Requests).Select(_ => Task.Run(() => GetAsync("a"))));

        Assert.Equal(Requests, bodies.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(Requests, _stub.Calls.Count);
    }

    [Fact]
    public async Task VerifyAll_AfterTheWholeScript_IsContent()
    {
        _stub.On(HttpMethod.Get, "/a").Reply(HttpStatusCode.OK).Times(2);
        _stub.OnAny().Reply(HttpStatusCode.OK).Forever();

        await GetAsync("a");
        await GetAsync("a");

        _stub.VerifyAll();
    }

    [Fact]
    public async Task VerifyAll_NamesWhatIsLeftOver_AndWhatIsMissing()
    {
        _stub.On(HttpMethod.Get, "/a").Reply(HttpStatusCode.OK).Times(3);
        _stub.On(HttpMethod.Get, "/b").Reply(HttpStatusCode.OK).Reply(HttpStatusCode.OK).Forever();
        _stub.On(HttpMethod.Get, "/items/{id}").Hang();
        await GetAsync("a");
        await Assert.ThrowsAsync<InvalidOperationException>(() => GetAsync("c"));
        _ = GetAsync("items/1");

        Exception failure = Assert.ThrowsAny<Exception>(_stub.VerifyAll);

        Assert.Equal(
            "The script of the HttpStub was not played to its end:\n"
            + "  GET /a: 2 answers not given\n"
            + "  GET /b: 1 answer not given\n"
            + "  GET https://example.org/c: no rule answered it\n"
            + "  GET https://example.org/items/1: it still waits for its answer",
            failure.Message);
    }

    [Fact]
    public void VerifyAll_FailsAsAnAssertion()
    {
        _stub.OnAny().Reply(HttpStatusCode.OK);

        Exception failure = Assert.ThrowsAny<Exception>(_stub.VerifyAll);

        // How xunit tells a failed assertion from an error.
        Assert.Contains(failure.GetType().GetInterfaces(), type => type.Name is "IAssertionException");
    }

    private Task<string> GetAsync(string path) => _client.GetStringAsync(path, TestToken);
}
