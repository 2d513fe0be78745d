using System.Threading.Channels;
using System.Threading.Tasks.Dataflow;
using AsyncKit.Concurrency;
using BenchmarkDotNet.Attributes;

namespace AsyncKit.Benchmarks;

/// <summary>
/// The cost of running an item, against <see cref="Parallel"/>, which gives no results, a task per item, workers that
/// read a channel, and dataflow blocks.
/// </summary>
[MemoryDiagnoser]
[ShortRunJob]
public class BoundedRunnerBenchmarks
{
    private const int Items = 100_000;
    private const int Concurrency = 8;

    private static readonly ParallelOptions _options = new() { MaxDegreeOfParallelism = Concurrency };
    private static readonly ExecutionDataflowBlockOptions _blockOptions = new()
    {
        MaxDegreeOfParallelism = Concurrency,
        BoundedCapacity = 1_000,
    };

    private readonly BoundedRunner _runner = new(Concurrency);
    private readonly BoundedRunner _orderedRunner =
        new(new BoundedRunnerOptions { MaxConcurrency = Concurrency, PreserveOrder = true });

    [Params(false, true)]
    public bool Yields { get; set; }

    private static IEnumerable<int> Source => Enumerable.Range(0, Items);

    [Benchmark(Baseline = true, OperationsPerInvoke = Items)]
    public Task ParallelForEachAsync() => Parallel.ForEachAsync(Source, _options, (_, _) => WorkAsync());

    [Benchmark(OperationsPerInvoke = Items)]
    public Task ParallelForAsync() => Parallel.ForAsync(0, Items, _options, (_, _) => WorkAsync());

    [Benchmark(OperationsPerInvoke = Items)]
    public Task BoundedRunnerForEachAsync() => _runner.ForEachAsync(Source, (_, _) => WorkAsync());

    [Benchmark(OperationsPerInvoke = Items)]
    public Task<int[]> BoundedRunnerMapAsync() => _runner.MapAsync(Source, ResultAsync);

    [Benchmark(OperationsPerInvoke = Items)]
    public Task<int> BoundedRunnerStreamAsync() => CountAsync(_runner.StreamAsync(Source, ResultAsync));

    [Benchmark(OperationsPerInvoke = Items)]
    public Task<int> BoundedRunnerStreamInOrderAsync() => CountAsync(_orderedRunner.StreamAsync(Source, ResultAsync));

    [Benchmark(OperationsPerInvoke = Items)]
    public async Task SemaphoreSlimAndWhenAllAsync()
    {
        using var permits = new SemaphoreSlim(Concurrency, Concurrency);
        await Task.WhenAll(Source.Select(async _ =>
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

    [Benchmark(OperationsPerInvoke = Items)]
    public async Task ChannelAndWorkersAsync()
    {
        var items = Channel.CreateBounded<int>(new BoundedChannelOptions(1_000) { SingleWriter = true });
        Task[] workers = [.. Enumerable.Range(0, Concurrency).Select(_ => Task.Run(async () =>
        {
            await foreach (int item in items.Reader.ReadAllAsync()) await WorkAsync();
        }))];
        foreach (int item in Source) await items.Writer.WriteAsync(item);
        items.Writer.Complete();
        await Task.WhenAll(workers);
    }

    [Benchmark(OperationsPerInvoke = Items)]
    public async Task ActionBlockAsync()
    {
        var block = new ActionBlock<int>(async _ => await WorkAsync(), _blockOptions);
        foreach (int item in Source) await block.SendAsync(item);
        block.Complete();
        await block.Completion;
    }

    [Benchmark(OperationsPerInvoke = Items)]
    public async Task<int> TransformBlockAsync()
    {
        var block = new TransformBlock<int, int>(
            async item => await ResultAsync(item, CancellationToken.None), _blockOptions);
        Task<int> counting = CountAsync(block.ReceiveAllAsync());
        foreach (int item in Source) await block.SendAsync(item);
        block.Complete();
        return await counting;
    }

    private static async Task<int> CountAsync(IAsyncEnumerable<int> results)
    {
        var count = 0;
        await foreach (int _ in results) count++;
        return count;
    }

    private async ValueTask WorkAsync()
    {
        if (Yields) await Task.Yield();
    }

    // The same work, and not a call of it: a method more would be measured with the runner.
    private async ValueTask<int> ResultAsync(int item, CancellationToken cancellationToken)
    {
        if (Yields) await Task.Yield();
        return item;
    }
}
