using AsyncKit.Concurrency;
using BenchmarkDotNet.Attributes;

namespace AsyncKit.Benchmarks;

/// <summary>Bodies that keep a processor busy for about a millisecond and never await: do they run in
/// parallel?</summary>
[ShortRunJob]
public class BoundedRunnerParallelismBenchmarks
{
    private const int Items = 100;

    [Params(1, 2)]
    public int MaxConcurrency { get; set; }

    [Benchmark(Baseline = true, OperationsPerInvoke = Items)]
    public Task ParallelForEachAsync() => Parallel.ForEachAsync(
        Enumerable.Range(0, Items),
        new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrency },
        static (item, _) => ComputeAsync(item));

    [Benchmark(OperationsPerInvoke = Items)]
    public Task BoundedRunnerForEachAsync() =>
        new BoundedRunner(MaxConcurrency)
            .ForEachAsync(Enumerable.Range(0, Items), static (item, _) => ComputeAsync(item));

    private static ValueTask ComputeAsync(int item)
    {
        var sum = (double)item;
        for (var i = 1; i < 300_000; i++) sum += Math.Sqrt(i) / (sum + i);
        GC.KeepAlive(sum);
        return default;
    }
}
