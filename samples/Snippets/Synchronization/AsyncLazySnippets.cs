using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Snippets.Synchronization;

public class AsyncLazySnippets
{
    [Fact]
    public Task RatesAreLoadedOnce_AndAgainAfterAReset() => AsyncTest.RunAsync(async env =>
    {
        var loads = 0;
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        async Task<decimal> LoadRateAsync(CancellationToken token)
        {
            await env.DelayAsync(TimeSpan.FromSeconds(1), token);
            return ++loads is 1 ? 0.8m : 0.9m;
        }

        #region async-lazy
        var rate = new AsyncLazy<decimal>(LoadRateAsync, name: "rate");

        async Task<decimal> InEurosAsync(decimal dollars) =>
            dollars * await rate.GetValueAsync(cancellationToken);

        // The first of them has the rate loaded, and all get it.
        decimal[] prices = await Task.WhenAll(InEurosAsync(10), InEurosAsync(20), InEurosAsync(30));

        // Whoever asks from now on gets a rate that was loaded after this.
        rate.Reset();
        decimal later = await InEurosAsync(10);
        #endregion

        Assert.Equal([8, 16, 24], prices);
        Assert.Equal(9, later);
        Assert.Equal(2, loads);
    });

    #region async-lazy-self
    [Fact]
    public async Task AFactoryThatAsksForItsOwnValue_WaitsForItself()
    {
        var found = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(async _ =>
        {
            AsyncLazy<int>? depth = null;
            depth = new AsyncLazy<int>(async token => 1 + await depth!.GetValueAsync(token), name: "depth");

            await depth.GetValueAsync();
        }));

        Assert.Equal(AsyncTestFailure.Deadlock, found.Failure);
        Assert.Contains("waits for AsyncLazy \"depth\"", found.Message);
    }
    #endregion
}
