using System.Net;

namespace AsyncKit.Testing.Tests.Http;

public sealed class HttpCallTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly HttpStub _stub;
    private readonly HttpClient _client;

    public HttpCallTests()
    {
        _stub = new HttpStub(_time);
        _client = _stub.CreateClient();
    }

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    private HttpCall Call => _stub.Calls[^1];

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Outcome_IsPendingUntilTheAnswer_ThenAnsweredWithItsStatus()
    {
        _stub.OnAny().Reply(HttpStatusCode.NotFound, after: TimeSpan.FromSeconds(3));
        _time.Advance(TimeSpan.FromSeconds(1));

        Task<HttpResponseMessage> request = _client.GetAsync("a", TestToken);
        Assert.Equal(HttpCallOutcome.Pending, Call.Outcome);
        Assert.Null(Call.CompletedAt);
        Assert.Null(Call.StatusCode);
        _time.Advance(TimeSpan.FromSeconds(10));

        using HttpResponseMessage response = await request;
        Assert.Equal(HttpCallOutcome.Answered, Call.Outcome);
        Assert.Equal(HttpStatusCode.NotFound, Call.StatusCode);
        Assert.Equal(_time.Start.AddSeconds(4), Call.CompletedAt);
        Assert.Null(Call.Fault);
    }

    [Fact]
    public async Task Outcome_OfAFault_HasTheFault()
    {
        var reset = new HttpRequestException("reset");
        _stub.OnAny().Throw(reset);

        await Assert.ThrowsAsync<HttpRequestException>(() => _client.GetAsync("a", TestToken));
        Assert.Equal((HttpCallOutcome.Faulted, reset), (Call.Outcome, Call.Fault));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _client.GetAsync("b", TestToken));
        Assert.Equal(HttpCallOutcome.Faulted, Call.Outcome);
        Assert.IsType<InvalidOperationException>(Call.Fault);
    }

    [Fact]
    public async Task Outcome_OfACancelledRequest_IsCancelled()
    {
        using var caller = new CancellationTokenSource();
        _stub.OnAny().Hang();

        Task<HttpResponseMessage> request = _client.GetAsync("a", caller.Token);
        _time.Advance(TimeSpan.FromSeconds(2));
        await caller.CancelAsync();

        await Assert.ThrowsAsync<TaskCanceledException>(() => request);
        Assert.Equal(HttpCallOutcome.Cancelled, Call.Outcome);
        Assert.Equal(_time.Start.AddSeconds(2), Call.CompletedAt);
        Assert.IsType<OperationCanceledException>(Call.Fault, exactMatch: false);
    }

    [Fact]
    public async Task Outcome_OfAScriptedCancellationThatNobodyAskedFor_IsAFault()
    {
        _stub.OnAny().Throw(new OperationCanceledException());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _client.GetAsync("a", TestToken));

        Assert.Equal(HttpCallOutcome.Faulted, Call.Outcome);
    }

    [Fact]
    public async Task PathValues_AreWhatStoodAtTheNames_Unescaped()
    {
        _stub.On(HttpMethod.Get, "/shops/{shop}/items/{id}.json?page={page}").Reply(HttpStatusCode.OK).Forever();
        _stub.OnAny().Reply(HttpStatusCode.NoContent).Forever();

        await GetAsync("shops/caf%C3%A9%20au%20lait/items/a%2Fb.json?page=2");
        Assert.Equal(
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["shop"] = "café au lait",
                ["id"] = "a/b",
                ["page"] = "2",
            },
            Call.PathValues);

        await GetAsync("shops/a/b/items/1.json?page=2");
        Assert.Equal(HttpStatusCode.NoContent, Call.StatusCode);
        Assert.Empty(Call.PathValues);
    }

    [Theory]
    [InlineData("/items/{id}", "items/7", true)]
    [InlineData("/items/{id}", "items/7?page=2", true)]
    [InlineData("/items/{id}", "items/", false)]
    [InlineData("/items/{id}", "items/7/parts", false)]
    [InlineData("/items/{id}", "old/items/7", false)]
    [InlineData("/a b/{id}", "a%20b/7", true)]
    [InlineData("/items.{kind}", "items.txt", true)]
    [InlineData("/items.{kind}", "itemsXtxt", false)]
    [InlineData("/items?page={page}", "items?page=2&size=3", false)]
    [InlineData("/items?page={page}", "items", false)]
    [InlineData("/a%7Bid%7D", "a%7Bid%7D", true)]
    public async Task APathWithNames_FitsWhereEachStandsForAPartOfASegment(string path, string address, bool fits)
    {
        _stub.On(HttpMethod.Get, path).Reply(HttpStatusCode.OK);
        _stub.OnAny().Reply(HttpStatusCode.NotFound);

        await GetAsync(address);

        Assert.Equal(fits ? HttpStatusCode.OK : HttpStatusCode.NotFound, Call.StatusCode);
    }

    [Theory]
    [InlineData("/items/{}")]
    [InlineData("/items/{id")]
    [InlineData("/items/{*rest}")]
    [InlineData("/items/{id}/{id}")]
    public void APathWithABraceThatIsNoName_IsRefused(string wrong)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>("path", () => _stub.On(HttpMethod.Get, wrong));

        Assert.Contains(wrong, refused.Message, StringComparison.Ordinal);
    }

    private async Task GetAsync(string address)
    {
        using HttpResponseMessage response = await _client.GetAsync(address, TestToken);
    }
}
