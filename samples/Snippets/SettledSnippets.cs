using System.Net;
using AsyncKit.Concurrency;
using AsyncKit.Errors;
using AsyncKit.Http;
using AsyncKit.Testing;

namespace AsyncKit.Snippets;

public class SettledSnippets
{
    [Fact]
    public async Task CaptureAsync_LetsOneItemFail_WithoutTheOthers()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using var server = new HttpStub();
        server.On(HttpMethod.Get, "/news").Reply(HttpStatusCode.OK, "news");
        server.On(HttpMethod.Get, "/gone").Reply(HttpStatusCode.Gone);
        await using var fetcher = new HttpFetcher(server);
        var runner = new BoundedRunner(maxConcurrency: 2);
        Uri[] addresses = [new("https://example.org/news"), new("https://example.org/gone")];
        var log = new List<string>();

        #region settled
        Settled<string>[] pages = await runner.MapAsync(
            addresses,
            (address, token) => Settled.CaptureAsync(t => fetcher.GetStringAsync(address, t), token),
            cancellationToken);

        foreach ((Uri address, Settled<string> page) in addresses.Zip(pages))
        {
            if (page.TryGetValue(out string? text)) log.Add($"{address}: {text.Length} characters");
            else log.Add($"{address}: {page.Exception!.Message}");
        }
        #endregion

        Assert.Equal(
            [
                "https://example.org/news: 4 characters",
                "https://example.org/gone: GET https://example.org/gone failed after 1 attempt: "
                + "the server answered 410 (Gone).",
            ],
            log);
        Assert.True(pages[1].IsFaulted);
        Assert.Throws<FetchException>(() => pages[1].Value);
        Assert.Throws<InvalidOperationException>(() => default(Settled<string>).Value);
        Assert.False(default(Settled<string>).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task ACancellationNobodyAskedFor_IsAFault()
    {
        Settled unasked = await Settled.CaptureAsync(
            new Func<CancellationToken, ValueTask>(_ => throw new OperationCanceledException("not ours")),
            CancellationToken.None);
        Settled asked = await Settled.CaptureAsync(
            token => Task.FromCanceled(token), new CancellationToken(canceled: true));

        Assert.True(unasked.IsFaulted);
        Assert.True(asked.IsCanceled);
    }
}
