using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AsyncKit.Http.Tests.Fetching;

/// <summary>Values, lines and many fetches at a time.</summary>
public partial class HttpFetcherManyTests
{
    [Fact]
    public Task FetchAllAsync_GivesWhatBecameOfEach_AndNeverThrowsForOne() => FetchStory.RunAsync(async story =>
    {
        story.Options.Retry = null;
        story.Stub.OnAny()
            .Reply(HttpStatusCode.OK, "a")
            .Reply(HttpStatusCode.NotFound)
            .Throw(new InvalidOperationException("bug"))
            .Reply(HttpStatusCode.OK, "d");
        FetchRequest[] requests =
            [.. Enumerable.Range(0, 4).Select(i => new FetchRequest(new Uri(FetchStory.Page, $"/{i}")))];

        var results = new List<FetchResult>();
        await foreach (FetchResult result in story.Fetcher.FetchAllAsync(requests, maxConcurrency: 1))
            results.Add(result);

        Assert.Equal(requests, results.Select(result => result.Request));
        Assert.Equal(["a", null, null, "d"], results.Select(result => result.Response?.GetString()));
        Assert.Equal(HttpStatusCode.NotFound, Assert.IsType<FetchException>(results[1].Exception).StatusCode);
        Assert.IsType<InvalidOperationException>(results[2].Exception);
    });

    [Fact]
    public Task FetchAllAsync_MakesSoManyAtATime_AndTakesTheRequestsOneByOne() => FetchStory.RunAsync(async story =>
    {
        var taken = 0;
        story.Stub.OnAny().Reply(HttpStatusCode.OK, after: TimeSpan.FromSeconds(1)).Forever();

        async IAsyncEnumerable<FetchRequest> RequestsAsync()
        {
            while (true)
            {
                taken++;
                yield return new FetchRequest(FetchStory.Page);
                await Task.CompletedTask;
            }
        }

        var results = 0;
        await foreach (FetchResult _ in story.Fetcher.FetchAllAsync(RequestsAsync(), maxConcurrency: 3))
        {
            if (++results is 6) break;
        }

        Assert.Equal([0, 0, 0, 1, 1, 1], story.Arrivals().Take(6));
        Assert.True(taken < 20, $"{taken} requests were taken for 6 results.");
        Assert.Equal(0, story.Fetcher.GetSnapshot().InFlight);
    });

    [Fact]
    public Task FetchAllAsync_EndsWithTheCallersCancellation() => FetchStory.RunAsync(async story =>
    {
        using var caller = new CancellationTokenSource();
        story.Stub.OnAny().Hang().Forever();

        async Task ReadAsync()
        {
            FetchRequest[] one = [new FetchRequest(FetchStory.Page)];
            await foreach (FetchResult _ in story.Fetcher.FetchAllAsync(one, 1, caller.Token))
                Assert.Fail("There is no result.");
        }

        Task reading = ReadAsync();
        await story.DelayAsync(1);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    });

    [Fact]
    public Task GetJsonAsync_GivesTheValue() => FetchStory.RunAsync(async story =>
    {
        story.Stub.OnAny()
            .Reply(static _ => Json("\uFEFF{\"Name\":\"größer\"}", "utf-8"))
            .Reply(static _ => Json("{\"Name\":\"größer\"}", "utf-16"))
            .Reply(HttpStatusCode.OK, "null")
            .Reply(HttpStatusCode.OK, "no json");

        Assert.Equal("größer", (await story.Fetcher.GetJsonAsync(FetchStory.Page, Model.Default.Thing))!.Name);
        Assert.Equal("größer", (await story.Fetcher.GetJsonAsync(FetchStory.Page, Model.Default.Thing))!.Name);
        Assert.Null(await story.Fetcher.GetJsonAsync(FetchStory.Page, Model.Default.Thing));
        await Assert.ThrowsAsync<JsonException>(() => story.Fetcher.GetJsonAsync(FetchStory.Page, Model.Default.Thing));
        Assert.Equal(4, story.Stub.Calls.Count);
    });

    [Fact]
    public Task GetJsonLinesAsync_GivesTheValuesAsTheyCome() => FetchStory.RunAsync(async story =>
    {
        story.Stub.OnAny().Drip("{\"Name\":\"a\"}\n{\"Name\":\"b\"}\n", 13, TimeSpan.FromSeconds(5)).Forever();

        var seen = new List<string>();
        await foreach (Thing? thing in story.Fetcher.GetJsonLinesAsync(FetchStory.Page, Model.Default.Thing))
            seen.Add($"{thing!.Name} {story.Env.Elapsed.TotalSeconds}");

        Assert.Equal(2, seen.Count);
        Assert.StartsWith("a ", seen[0], StringComparison.Ordinal);
        Assert.NotEqual(seen[0][2..], seen[1][2..]);
        Assert.Equal(0, story.Fetcher.GetSnapshot().InFlight);
    });

    [Fact]
    public Task GetJsonLinesAsync_NamesTheLineThatIsNone() => FetchStory.RunAsync(async story =>
    {
        story.Stub.OnAny().Reply(HttpStatusCode.OK, "{\"Name\":\"a\"}\nb\n");

        JsonException thrown = await Assert.ThrowsAsync<JsonException>(async () =>
        {
            await foreach (Thing? _ in story.Fetcher.GetJsonLinesAsync(FetchStory.Page, Model.Default.Thing))
            {
            }
        });

        Assert.Equal(1, thrown.LineNumber);
        Assert.Equal(0, story.Fetcher.GetSnapshot().InFlight);
    });

    private static HttpResponseMessage Json(string text, string charset) => new()
    {
        Content = new StringContent(text, System.Text.Encoding.GetEncoding(charset), "application/json"),
    };

    internal sealed record Thing(string Name);

    [JsonSerializable(typeof(Thing))]
    private sealed partial class Model : JsonSerializerContext;
}
