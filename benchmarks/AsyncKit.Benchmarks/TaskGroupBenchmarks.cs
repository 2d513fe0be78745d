using AsyncKit.Concurrency;
using BenchmarkDotNet.Attributes;

namespace AsyncKit.Benchmarks;

/// <summary>The cost of a short child, against tasks that are awaited together, in batches so that they do not pile up.
/// </summary>
[MemoryDiagnoser]
[ShortRunJob]
public class TaskGroupBenchmarks
{
    private const int Children = 1_000_000;
    private const int Batch = 1_000;

    [Benchmark(Baseline = true, OperationsPerInvoke = Children)]
    public async Task TasksAndWhenAllAsync()
    {
        for (var batch = 0; batch < Children / Batch; batch++)
        {
            var tasks = new Task[Batch];
            for (var i = 0; i < Batch; i++) tasks[i] = WorkAsync();
            await Task.WhenAll(tasks);
        }
    }

    [Benchmark(OperationsPerInvoke = Children)]
    public async Task TaskGroupAsync()
    {
        for (var batch = 0; batch < Children / Batch; batch++)
        {
            await TaskGroup.RunAsync(static group =>
            {
                for (var i = 0; i < Batch; i++) _ = group.Run(static _ => new ValueTask(WorkAsync()));
                return ValueTask.CompletedTask;
            });
        }
    }

    [Benchmark(OperationsPerInvoke = Children)]
    public Task OneTaskGroupAsync() => TaskGroup.RunAsync(static async group =>
    {
        for (var batch = 0; batch < Children / Batch; batch++)
        {
            Task last = Task.CompletedTask;
            for (var i = 0; i < Batch; i++) last = group.Run(static _ => new ValueTask(WorkAsync()));
            await last;
        }
    });

    private static async Task WorkAsync() => await Task.Yield();
}
