using AsyncKit.Concurrency;
using AsyncKit.Diagnostics;
using AsyncKit.Synchronization;
using BenchmarkDotNet.Attributes;

namespace AsyncKit.Benchmarks;

/// <summary>What an inspector costs those it looks at: nothing while there is none.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class TaskInspectorBenchmarks
{
    private const int Turns = 1_000;

    private readonly AsyncLock _lock = new();
    private TaskInspector? _inspector;

    /// <summary>Whether there is an inspector.</summary>
    [Params(false, true)]
    public bool IsInspected { get; set; }

    [GlobalSetup]
    public void Start() => _inspector = IsInspected ? TaskInspector.Start() : null;

    [GlobalCleanup]
    public void End() => _inspector?.Dispose();

    [Benchmark(OperationsPerInvoke = Turns)]
    public async Task LockAsync()
    {
        for (var i = 0; i < Turns; i++)
        {
            using (await _lock.LockAsync())
            {
            }
        }
    }

    [Benchmark(OperationsPerInvoke = Turns)]
    public Task ChildThatEndsAtOnceAsync() => TaskGroup.RunAsync(static group =>
    {
        for (var i = 0; i < Turns; i++) _ = group.Run(static _ => ValueTask.CompletedTask);
        return ValueTask.CompletedTask;
    });

    [Benchmark(OperationsPerInvoke = Turns)]
    public Task ChildThatYieldsAsync() => TaskGroup.RunAsync(static group =>
    {
        for (var i = 0; i < Turns; i++) _ = group.Run(static async _ => await Task.Yield());
        return ValueTask.CompletedTask;
    });

    [Benchmark(OperationsPerInvoke = Turns)]
    public Task ItemOfARunnerAsync() =>
        new BoundedRunner(2).ForEachAsync(Enumerable.Range(0, Turns), static async (_, _) => await Task.Yield());
}
