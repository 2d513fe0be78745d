using System.Net;
using AsyncKit.Http;
using AsyncKit.Testing;

namespace AsyncKit.Snippets;

public class HttpFetcherSnippets
{
    [Fact]
    public async Task AFetch_GivesTheWholeBody_OrSaysWhatWasTried()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var time = new ManualTimeProvider();
        using var server = new HttpStub(time);
        server.On(HttpMethod.Get, "/items").Reply(HttpStatusCode.OK, "three items");
        server.On(HttpMethod.Get, "/broken").Reply(HttpStatusCode.ServiceUnavailable).Forever();
        await using var fetcher = new HttpFetcher(server, new HttpFetcherOptions { TimeProvider = time });

        #region http-fetcher
        static async Task<string?> ReadAsync(HttpFetcher fetcher, Uri address, CancellationToken cancellationToken)
        {
            try
            {
                FetchResponse response = await fetcher.GetAsync(address, cancellationToken);
                return response.GetString();
            }
            catch (FetchException e)
            {
                Console.WriteLine($"{e.RedactedUri}: {e.Failure} after {e.Attempts.Count} attempts, {e.StatusCode}");
                return null;
            }
        }
        #endregion

        Assert.Equal("three items", await ReadAsync(fetcher, new Uri("https://example.org/items"), cancellationToken));
        Task<string?> broken = ReadAsync(fetcher, new Uri("https://example.org/broken"), cancellationToken);
        while (!broken.IsCompleted) time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await broken);
    }

    [Fact]
    public async Task TheException_KnowsEveryAttempt_AndHidesTheQuery()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using var server = new HttpStub();
        server.OnAny().Reply(HttpStatusCode.NotFound, "no such item");
        await using var fetcher = new HttpFetcher(server);

        FetchException thrown = await Assert.ThrowsAsync<FetchException>(
            () => fetcher.GetAsync(new Uri("https://example.org/item?key=secret"), cancellationToken));

        Assert.Equal("https://example.org/item", thrown.RedactedUri);
        Assert.DoesNotContain("secret", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(FetchFailure.Status, thrown.Failure);
        Assert.Equal(HttpStatusCode.NotFound, Assert.Single(thrown.Attempts).StatusCode);
        Assert.Equal("no such item", thrown.BodySnippet);
    }

    [Fact]
    public async Task Options_AreCheckedWhenTheFetcherIsMade()
    {
        var log = new List<string>();

        #region http-fetcher-options
        await using var fetcher = new HttpFetcher(new HttpFetcherOptions
        {
            UserAgent = "PriceWatch/1.0 (+https://example.org/pricewatch)",
            TotalRequestTimeout = { Timeout = TimeSpan.FromMinutes(2) },
            AttemptTimeout = { Timeout = TimeSpan.FromSeconds(15) },
            Retry =
            {
                MaxRetryAttempts = 5,
                OnRetry = (address, attempt) => log.Add($"{address.Host}: {attempt.Failure}, again in {attempt.Delay}"),
            },
        });
        #endregion

        ArgumentException thrown = Assert.Throws<ArgumentException>(
            () => new HttpFetcher(new HttpFetcherOptions { AttemptTimeout = { Timeout = TimeSpan.FromMinutes(1) } }));
        Assert.Contains(
            "AttemptTimeout.Timeout must be at most TotalRequestTimeout.Timeout",
            thrown.Message,
            StringComparison.Ordinal);
        Assert.Empty(log);
    }
}
