using AsyncKit.Concurrency;
using BenchmarkDotNet.Attributes;

namespace AsyncKit.Benchmarks;

/// <summary>What it costs to bring a call to a thread that may block, and its value back: the call itself does
/// nothing.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class BlockingRunnerBenchmarks
{
    private const int Calls = 1_000;
    private const int AtATime = 100;

    private static readonly BlockingRunner _runner = new(maxThreads: 2);

    [Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public Task TaskRun_OneByOneAsync() => OneByOneAsync(static () => Task.Run(static () => 1));

    [Benchmark(OperationsPerInvoke = Calls)]
    public Task Runner_OneByOneAsync() => OneByOneAsync(static () => _runner.RunAsync(static _ => 1));

    // What the framework has for calls that block for long: a thread for each.
    [Benchmark(OperationsPerInvoke = Calls)]
    public Task LongRunning_OneByOneAsync() => OneByOneAsync(static () => Task.Factory.StartNew(
        static () => 1, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));

    [Benchmark(OperationsPerInvoke = Calls)]
    public Task TaskRun_ManyAtATimeAsync() => ManyAtATimeAsync(static () => Task.Run(static () => 1));

    [Benchmark(OperationsPerInvoke = Calls)]
    public Task Runner_ManyAtATimeAsync() => ManyAtATimeAsync(static () => _runner.RunAsync(static _ => 1));

    private static async Task OneByOneAsync(Func<Task<int>> call)
    {
        for (var i = 0; i < Calls; i++) await call();
    }

    private static async Task ManyAtATimeAsync(Func<Task<int>> call)
    {
        for (var i = 0; i < Calls; i += AtATime) await Task.WhenAll(Enumerable.Range(0, AtATime).Select(_ => call()));
    }
}
