using AsyncKit.Diagnostics;
using BenchmarkDotNet.Attributes;

namespace AsyncKit.Benchmarks;

/// <summary>Work that crosses the thread pool, with nobody watching and with a monitor.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class BlockingMonitorBenchmarks
{
    private const int Yields = 200_000;

    private BlockingMonitor? _monitor;

    [Params(false, true)]
    public bool IsWatched { get; set; }

    [GlobalSetup]
    public void Start() => _monitor = IsWatched ? BlockingMonitor.Start() : null;

    [GlobalCleanup]
    public void Stop() => _monitor?.Dispose();

    [Benchmark(OperationsPerInvoke = Yields)]
    public Task YieldAsync() => Task.WhenAll(Enumerable.Range(0, 4).Select(static async _ =>
    {
        for (var i = 0; i < Yields / 4; i++) await Task.Yield();
    }));
}
