using System.Threading.Channels;
using AsyncKit.Concurrency;
using BenchmarkDotNet.Attributes;

namespace AsyncKit.Benchmarks;

/// <summary>
/// The way of an item through a queue, in and out and done, against a <see cref="Channel{T}"/>, which does not know
/// what is done; and by priority against the channel that knows priorities.
/// </summary>
[MemoryDiagnoser]
[ShortRunJob]
public class WorkQueueBenchmarks
{
    private const int Items = 10_000;
    private const int AtATime = 100;

    private readonly Channel<object> _channel = Channel.CreateUnbounded<object>();
    private readonly Channel<int> _prioritized = Channel.CreateUnboundedPrioritized<int>();
    private readonly WorkQueue<object> _queue = new();
    private readonly WorkQueue<int> _ranking = new(new WorkQueueOptions<int> { Order = WorkQueueOrder.Priority });
    private readonly object _item = new();

    [Benchmark(Baseline = true, OperationsPerInvoke = Items)]
    public async Task Channel_OneByOneAsync()
    {
        for (var i = 0; i < Items; i++)
        {
            await _channel.Writer.WriteAsync(_item);
            await _channel.Reader.ReadAsync();
        }
    }

    [Benchmark(OperationsPerInvoke = Items)]
    public async Task WorkQueue_OneByOneAsync()
    {
        for (var i = 0; i < Items; i++)
        {
            await _queue.EnqueueAsync(_item);
            using WorkItem<object> item = await _queue.DequeueAsync();
            item.Complete();
        }
    }

    [Benchmark(OperationsPerInvoke = Items)]
    public void Channel_TryInBatches()
    {
        for (var i = 0; i < Items; i += AtATime)
        {
            for (var j = 0; j < AtATime; j++) _channel.Writer.TryWrite(_item);
            while (_channel.Reader.TryRead(out _))
            {
            }
        }
    }

    [Benchmark(OperationsPerInvoke = Items)]
    public void WorkQueue_TryInBatches()
    {
        for (var i = 0; i < Items; i += AtATime)
        {
            for (var j = 0; j < AtATime; j++) _queue.TryEnqueue(_item);
            while (_queue.TryDequeue(out WorkItem<object> item)) item.Complete();
        }
    }

    [Benchmark(OperationsPerInvoke = Items)]
    public void PrioritizedChannel()
    {
        for (var i = 0; i < Items; i++) _prioritized.Writer.TryWrite(i * 7919 % Items);
        while (_prioritized.Reader.TryRead(out _))
        {
        }
    }

    [Benchmark(OperationsPerInvoke = Items)]
    public void WorkQueue_Priority()
    {
        for (var i = 0; i < Items; i++) _ranking.TryEnqueue(i * 7919 % Items);
        while (_ranking.TryDequeue(out WorkItem<int> item)) item.Complete();
    }

    [Benchmark(OperationsPerInvoke = Items)]
    public Task Channel_ConsumerWaitsAsync() => Task.WhenAll(ReadAsync(), Task.Run(WriteAsync));

    [Benchmark(OperationsPerInvoke = Items)]
    public Task WorkQueue_ConsumerWaitsAsync() => Task.WhenAll(DequeueAsync(), Task.Run(EnqueueAsync));

    private async Task ReadAsync()
    {
        for (var i = 0; i < Items; i++) await _channel.Reader.ReadAsync();
    }

    private async Task WriteAsync()
    {
        for (var i = 0; i < Items; i++) await _channel.Writer.WriteAsync(_item);
    }

    private async Task DequeueAsync()
    {
        for (var i = 0; i < Items; i++) (await _queue.DequeueAsync()).Complete();
    }

    private async Task EnqueueAsync()
    {
        for (var i = 0; i < Items; i++) await _queue.EnqueueAsync(_item);
    }
}
