using System.Net;
using System.Net.Http.Json;
using AsyncKit.Http;
using AsyncKit.Testing;

namespace AsyncKit.Snippets;

public class TestingSnippets
{
    #region virtual-time-test
    [Fact]
    public async Task GetStringAsync_TriesAgain_AfterTwoSeconds()
    {
        var time = new ManualTimeProvider();
        using var server = new HttpStub(time);
        server.On(HttpMethod.Get, "/items")
            .Reply(HttpStatusCode.ServiceUnavailable)
            .Reply(HttpStatusCode.OK, "three items");
        await using var fetcher = new HttpFetcher(
            server, new HttpFetcherOptions { TimeProvider = time, Retry = { UseJitter = false } });

        Task<string> items = fetcher.GetStringAsync(new Uri("https://example.org/items"));
        Assert.False(items.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal("three items", await items);
        Assert.Equal(TimeSpan.FromSeconds(2), server.Calls[1].ReceivedAt - server.Calls[0].ReceivedAt);
    }
    #endregion

    #region manual-time-provider
    [Fact]
    public async Task ATimer_FiresOnceForEachPeriod_AndSeesItsOwnTime()
    {
        var time = new ManualTimeProvider();
        var ticks = new List<double>();
        await using ITimer timer = time.CreateTimer(
            _ => ticks.Add((time.GetUtcNow() - time.Start).TotalSeconds),
            state: null, dueTime: TimeSpan.FromSeconds(1), period: TimeSpan.FromSeconds(10));

        time.Advance(TimeSpan.FromSeconds(25));

        Assert.Equal([1, 11, 21], ticks);
        Assert.Equal(time.Start.AddSeconds(25), time.GetUtcNow());
    }
    #endregion

    #region http-stub
    [Fact]
    public async Task AnOrder_IsPosted_AndItsNumberRead()
    {
        using var server = new HttpStub();
        server.On(HttpMethod.Post, "/orders").Reply(_ => new HttpResponseMessage(HttpStatusCode.Created)
        {
            Content = JsonContent.Create(new { number = 17 }),
        });
        using var client = new HttpClient(server) { BaseAddress = new Uri("https://shop.example") };

        using HttpResponseMessage answer = await client.PostAsync("/orders", new StringContent("2 apples"));

        Assert.Equal("""{"number":17}""", await answer.Content.ReadAsStringAsync());
        HttpCall call = Assert.Single(server.Calls);
        Assert.Equal("POST https://shop.example/orders", call.ToString());
        Assert.Equal("2 apples", call.Body);
    }
    #endregion

    [Fact]
    public async Task ARequestThatNoRuleAnswers_IsAMistakeOfTheTest_AlsoThroughAFetcher()
    {
        using var server = new HttpStub();
        server.On(HttpMethod.Get, "/items").Reply(HttpStatusCode.OK);
        await using var fetcher = new HttpFetcher(server);

        InvalidOperationException thrown = await Assert.ThrowsAsync<InvalidOperationException>(
            () => fetcher.GetStringAsync(new Uri("https://example.org/item")));

        Assert.Contains("GET /items: 1 answer left", thrown.Message, StringComparison.Ordinal);
    }
}
