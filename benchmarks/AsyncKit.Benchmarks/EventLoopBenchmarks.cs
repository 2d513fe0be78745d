using AsyncKit.Concurrency;
using BenchmarkDotNet.Attributes;

namespace AsyncKit.Benchmarks;

/// <summary>A step on an event loop, against one of the framework's exclusive scheduler, which runs its steps one at a
/// time on the thread pool.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class EventLoopBenchmarks
{
    private const int Steps = 10_000;

    private readonly TaskFactory _exclusive = new(new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler);

    [Benchmark(Baseline = true, OperationsPerInvoke = Steps)]
    public Task ExclusiveScheduler_YieldAsync() => _exclusive.StartNew(YieldAsync).Unwrap();

    [Benchmark(OperationsPerInvoke = Steps)]
    public void EventLoop_Yield() => EventLoop.Run(static _ => new ValueTask(YieldAsync()));

    [Benchmark(OperationsPerInvoke = Steps)]
    public Task ExclusiveScheduler_FromOutsideAsync()
    {
        Task last = Task.CompletedTask;
        for (var i = 0; i < Steps; i++) last = _exclusive.StartNew(static () => { });
        return last;
    }

    [Benchmark(OperationsPerInvoke = Steps)]
    public async Task EventLoop_PostFromOutsideAsync()
    {
        await using EventLoop loop = EventLoop.Start();
        for (var i = 0; i < Steps; i++) loop.Post(static () => { });
    }

    private static async Task YieldAsync()
    {
        for (var i = 0; i < Steps; i++) await Task.Yield();
    }
}
