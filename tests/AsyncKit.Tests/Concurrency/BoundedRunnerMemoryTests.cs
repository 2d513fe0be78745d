using AsyncKit.Concurrency;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Concurrency;

/// <summary>What a long run takes. Runs alone: others in the process listen, and allocate.</summary>
[Collection(typeof(Alone))]
public class BoundedRunnerMemoryTests
{
    private const int Limit = 120_000;
    private const int Concurrency = 4;

    // Bytes that the process may keep for itself meanwhile; a byte for each item would be more.
    private const long Noise = 500_000;

    [Fact(Timeout = Limit)]
    public async Task ItemsOfALazySource_LeaveNothingBehind()
    {
        int items = LongSuite.Count(usual: 1_000_000, full: 10_000_000);
        var early = 0L;
        var late = 0L;
        var sum = 0L;

        await new BoundedRunner(Concurrency).ForEachAsync(Source(), (_, _) =>
        {
            Interlocked.Increment(ref sum);
            return default;
        });

        Assert.InRange(late - early, long.MinValue, Noise);
        Assert.Equal(items, sum);

        IEnumerable<int> Source()
        {
            for (var i = 0; i < items; i++)
            {
                if (i == items / 10) early = GC.GetTotalMemory(forceFullCollection: true);
                if (i == items - 1) late = GC.GetTotalMemory(forceFullCollection: true);
                yield return i;
            }
        }
    }

    [Fact(Timeout = Limit)]
    public async Task ResultsOfAStream_TakeNoMemory_NorDoKeys()
    {
        int items = LongSuite.Count(usual: 200_000, full: 500_000);
        var runner = new BoundedRunner(Concurrency);
        var ordered = new BoundedRunner(
            new BoundedRunnerOptions { MaxConcurrency = Concurrency, PreserveOrder = true });
        await RunAsync(1_000);
        long before = GC.GetTotalMemory(forceFullCollection: true);

        await RunAsync(items);

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, Noise);

        // Each key is another one: none is remembered.
        async Task RunAsync(int count)
        {
            Assert.Equal(count, await CountAsync(runner.StreamAsync(Numbers(count), ItselfAsync)));
            Assert.Equal(count, await CountAsync(ordered.StreamAsync(Numbers(count), ItselfAsync)));
            await runner.ForEachByKeyAsync(Numbers(count), static item => item, static (_, _) => default);
        }
    }

    [Fact(Timeout = Limit)]
    public async Task RunsThatAreOver_LeaveNothingOnTheLimitAndTheToken()
    {
        const int Runs = 20_000;
        var limit = new ConcurrencyLimit(Concurrency);
        using var caller = new CancellationTokenSource();
        await RunAsync(1_000);
        long before = GC.GetTotalMemory(forceFullCollection: true);

        await RunAsync(Runs);

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, Noise);

        async Task RunAsync(int runs)
        {
            for (var i = 0; i < runs; i++) await new BoundedRunner(limit).RunAsync(static _ => default, caller.Token);
        }
    }

    private static IEnumerable<int> Numbers(int count)
    {
        for (var i = 0; i < count; i++) yield return i;
    }

    private static ValueTask<int> ItselfAsync(int item, CancellationToken cancellationToken) =>
        ValueTask.FromResult(item);

    private static async Task<int> CountAsync(IAsyncEnumerable<int> stream)
    {
        var count = 0;
        await foreach (int _ in stream) count++;
        return count;
    }
}
