using AsyncKit.Concurrency;
using BenchmarkDotNet.Attributes;

namespace AsyncKit.Benchmarks;

/// <summary>
/// The cost of running an item, against <see cref="Parallel"/>, which gives no results, and against a task per item.
/// </summary>
[MemoryDiagnoser]
[ShortRunJob]
public class BoundedRunnerBenchmarks
{
    private const int Items = 100_000;
    private const int Concurrency = 8;

    private static readonly ParallelOptions _options = new() { MaxDegreeOfParallelism = Concurrency };

    private readonly BoundedRunner _runner = new(Concurrency);

    [Params(false, true)]
    public bool Yields { get; set; }

    [Benchmark(Baseline = true, OperationsPerInvoke = Items)]
    public Task ParallelForEachAsync() =>
        Parallel.ForEachAsync(Enumerable.Range(0, Items), _options, (_, _) => WorkAsync());

    [Benchmark(OperationsPerInvoke = Items)]
    public Task BoundedRunnerForEachAsync() => _runner.ForEachAsync(Enumerable.Range(0, Items), (_, _) => WorkAsync());

    [Benchmark(OperationsPerInvoke = Items)]
    public Task<int[]> BoundedRunnerMapAsync() => _runner.MapAsync(Enumerable.Range(0, Items), async (item, _) =>
    {
        await WorkAsync();
        return item;
    });

    [Benchmark(OperationsPerInvoke = Items)]
    public async Task SemaphoreSlimAndWhenAllAsync()
    {
        using var permits = new SemaphoreSlim(Concurrency, Concurrency);
        await Task.WhenAll(Enumerable.Range(0, Items).Select(async _ =>
        {
            await permits.WaitAsync();
            try
            {
                await WorkAsync();
            }
            finally
            {
                permits.Release();
            }
        }));
    }

    private async ValueTask WorkAsync()
    {
        if (Yields) await Task.Yield();
    }
}
