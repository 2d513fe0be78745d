using AsyncKit.Concurrency;

namespace AsyncKit.Snippets;

public class SingleFlightSnippets
{
    [Fact]
    public async Task ManyCallersAtOnce_LoadOnce()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var loads = 0;
        var isLoaded = new TaskCompletionSource();

        #region single-flight
        var flights = new SingleFlight<string, decimal>(name: "prices");

        Task<decimal> PriceAsync(string article, CancellationToken token) =>
            flights.RunAsync(article, stop => LoadPriceAsync(article, stop), token);

        // A thousand requests for the same article, and one query to the database.
        Task<decimal>[] requests =
            [.. Enumerable.Range(0, 1_000).Select(_ => PriceAsync("apple", cancellationToken))];
        #endregion

        isLoaded.SetResult();
        Assert.All(await Task.WhenAll(requests), price => Assert.Equal(1.20m, price));
        Assert.Equal(1, loads);

        async ValueTask<decimal> LoadPriceAsync(string article, CancellationToken token)
        {
            Interlocked.Increment(ref loads);
            await isLoaded.Task.WaitAsync(token);
            return article is "apple" ? 1.20m : throw new KeyNotFoundException(article);
        }
    }
}
