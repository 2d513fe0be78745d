using AsyncKit.Synchronization;

namespace AsyncKit.Snippets.Synchronization;

public class AsyncReaderWriterLockSnippets
{
    [Fact]
    public async Task ManyReadPrices_AndOneChangesThem()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        static async Task<decimal> LoadAsync(string article, CancellationToken token)
        {
            await Task.Yield();
            token.ThrowIfCancellationRequested();
            return article.Length;
        }

        #region async-reader-writer-lock
        var gate = new AsyncReaderWriterLock("prices");
        var prices = new Dictionary<string, decimal>(); // guarded by the gate

        async Task<decimal> SumAsync()
        {
            using AsyncReaderWriterLock.ReaderLease reading = await gate.ReaderLockAsync(cancellationToken);
            return prices.Values.Sum();
        }

        async Task SetAsync(string article, decimal price)
        {
            using AsyncReaderWriterLock.WriterLease writing = await gate.WriterLockAsync(cancellationToken);
            prices[article] = price;
        }
        #endregion

        #region async-reader-writer-lock-upgrade
        async Task<decimal> GetAsync(string article)
        {
            using AsyncReaderWriterLock.UpgradeableLease reading =
                await gate.UpgradeableReaderLockAsync(cancellationToken);
            if (prices.TryGetValue(article, out decimal known)) return known;

            // Others still read while the price is loaded.
            decimal price = await LoadAsync(article, cancellationToken);
            using (await reading.UpgradeAsync(cancellationToken)) prices[article] = price;
            return price;
        }
        #endregion

        decimal[] got = await Task.WhenAll(GetAsync("tea"), GetAsync("tea"), GetAsync("coffee"));
        await SetAsync("tea", 4);

        Assert.Equal([3, 3, 6], got);
        Assert.Equal(10, await SumAsync());
        Assert.Equal(0, gate.ReaderCount);
        Assert.False(gate.IsWriterHeld || gate.IsUpgradeableHeld);
    }
}
