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
        var log = new List<string>();

        #region http-fetcher
        async Task<string?> ReadAsync(Uri address)
        {
            try
            {
                FetchResponse response = await fetcher.GetAsync(address, cancellationToken);
                return response.GetString();
            }
            catch (FetchException e)
            {
                log.Add($"{e.RedactedUri}: {e.Failure} after {e.Attempts.Count} attempts, last status {e.StatusCode}");
                return null;
            }
        }
        #endregion

        Assert.Equal("three items", await ReadAsync(new Uri("https://example.org/items")));
        Task<string?> broken = ReadAsync(new Uri("https://example.org/broken?key=secret"));
        while (!broken.IsCompleted) time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await broken);
        string line = Assert.Single(log);
        Assert.StartsWith("https://example.org/broken: ", line, StringComparison.Ordinal);
        Assert.EndsWith("last status ServiceUnavailable", line, StringComparison.Ordinal);
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
            AttemptTimeout = { Timeout = TimeSpan.FromSeconds(20) },
            Retry =
            {
                MaxRetryAttempts = 5,
                OnRetry = (address, attempt) => log.Add($"{address.Host}: {attempt.Failure}, again in {attempt.Delay}"),
            },
        });
        #endregion

        ArgumentException thrown = Assert.Throws<ArgumentException>(
            () => new HttpFetcher(new HttpFetcherOptions { AttemptTimeout = { Timeout = TimeSpan.FromMinutes(1) } }));
        Assert.Contains("AttemptTimeout.Timeout must be at most TotalRequestTimeout.Timeout", thrown.Message, StringComparison.Ordinal);
        Assert.Empty(log);
    }
}
