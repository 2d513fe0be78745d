using System.Collections.Concurrent;
using AsyncKit.Synchronization;

namespace Synchronization.Stories;

/// <summary>A cache under a lock for readers and writers. Readers share it; whoever misses a price loads it as the one
/// upgradeable reader, beside the others, and writes it when they have left; the writer clears it.</summary>
internal sealed class PriceCache
{
    private const int Products = 10;
    private const int Readers = 40;
    private const int ReadsOfEach = 100;
    private const int ReadsInADay = 1_000;

    private readonly AsyncReaderWriterLock _lock = new("prices");

    // Guarded by the lock: the day, and on which day each price was loaded.
    private readonly Dictionary<int, int> _prices = [];
    private int _day;

    private readonly ConcurrentBag<(int Product, int Day)> _loads = [];
    private readonly Gauge _readers = new();
    private int _reads;
    private int _misses;
    private int _staleReads;

    public static async Task<Finding> ShowAsync(CancellationToken cancellationToken)
    {
        var cache = new PriceCache();
        await Task.WhenAll(Enumerable.Range(0, Readers).Select(_ => cache.ReadManyAsync(cancellationToken)));

        return new Finding(
            [
                $"{Readers} readers read {cache._reads:N0} times, "
                    + $"up to {cache._readers.Highest} of them at the same moment.",
                $"A writer began a new day and cleared the cache {cache._day} times.",
                $"A price was missing {cache._misses:N0} times, and loaded {cache._loads.Count} times: "
                    + "by the first who missed it.",
            ],
            [
                new Check("Readers were there together.", cache._readers.Highest > 1),
                new Check("No price was loaded twice in a day.", cache._loads.Distinct().Count() == cache._loads.Count),
                new Check("Nobody read a price of the day before.", cache._staleReads is 0),
            ]);
    }

    private async Task ReadManyAsync(CancellationToken cancellationToken)
    {
        for (var read = 0; read < ReadsOfEach; read++)
        {
            await GetAsync(read % Products, cancellationToken);
            if (Interlocked.Increment(ref _reads) % ReadsInADay is 0) await BeginDayAsync(cancellationToken);
        }
    }

    private async Task<int> GetAsync(int product, CancellationToken cancellationToken)
    {
        using (await _lock.ReaderLockAsync(cancellationToken))
        {
            if (await FindAsync(product) is { } found) return found;
        }

        Interlocked.Increment(ref _misses);
        using AsyncReaderWriterLock.UpgradeableLease reader =
            await _lock.UpgradeableReaderLockAsync(cancellationToken);

        // Who was here before may have loaded it. From now on nobody can: there is one upgradeable reader at a time,
        // and no writer beside it.
        if (await FindAsync(product) is { } loaded) return loaded;
        int price = await LoadAsync(product, cancellationToken);
        using (await reader.UpgradeAsync(cancellationToken)) _prices[product] = price;
        return price;
    }

    private async Task<int?> FindAsync(int product)
    {
        _readers.Enter();
        int? price = _prices.TryGetValue(product, out int found) ? found : null;

        // Reading takes time, in which a writer that got in would be noticed.
        await Task.Yield();
        if (price is not null && price != _day) Interlocked.Increment(ref _staleReads);
        _readers.Leave();
        return price;
    }

    private async Task<int> LoadAsync(int product, CancellationToken cancellationToken)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(1), cancellationToken);
        _loads.Add((product, _day));
        return _day;
    }

    private async Task BeginDayAsync(CancellationToken cancellationToken)
    {
        using AsyncReaderWriterLock.WriterLease writer = await _lock.WriterLockAsync(cancellationToken);
        _day++;
        await Task.Yield();
        _prices.Clear();
    }
}
