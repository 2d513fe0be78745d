using System.Threading.Channels;
using AsyncKit.Concurrency;

namespace AsyncKit.Tests.Stress;

/// <summary>Producers and consumers on threads, some of whom are cancelled; attempts that fail, and items that are put
/// back.</summary>
[Collection(typeof(Alone))]
public class WorkQueueStressTests
{
    private const int Limit = 120_000;
    private const int Seed = 90;
    private const int Producers = 3;
    private const int Consumers = 4;

    [Theory(Timeout = Limit)]
    [InlineData(WorkQueueOrder.Fifo, 3)]
    [InlineData(WorkQueueOrder.Lifo, null)]
    [InlineData(WorkQueueOrder.Priority, null)]
    [InlineData(WorkQueueOrder.Priority, 1)]
    [InlineData(WorkQueueOrder.Priority, 3)]
    public async Task WhateverTheyDo_EveryItemThatGotIn_IsFinishedOnce(WorkQueueOrder order, int? capacity)
    {
        int rounds = LongSuite.Count(usual: 4_000, full: 30_000);
        var finished = new int[Producers * rounds];
        var entered = new bool[Producers * rounds];
        var queue = new WorkQueue<int>(new WorkQueueOptions<int>
        {
            Order = order,
            Capacity = capacity,
            MaxAttempts = 2,
            OnFailed = (item, _) => Interlocked.Increment(ref finished[item]),
        });

        Task[] consumers = [.. Enumerable.Range(0, Consumers)
            .Select(consumer => Task.Run(() => ConsumeAsync(queue, consumer, finished)))];
        await Task.WhenAll(Enumerable.Range(0, Producers).Select(producer => Task.Run(async () =>
        {
            // Two at a time: with one of them left waiting beside free room, nobody would come to make more.
            var random = new Random(Seed + producer);
            for (int item = producer * rounds; item < (producer + 1) * rounds; item += 2)
                await Task.WhenAll(EnqueueAsync(random, item), EnqueueAsync(random, item + 1));
        })));
        await queue.JoinAsync();
        Assert.Equal(entered.Select(hasEntered => hasEntered ? 1 : 0), finished);
        queue.Complete();
        await Task.WhenAll(consumers);

        LongSuite.Say($"seed {Seed}: {finished.Sum():N0} of {finished.Length:N0} got in");
        Assert.Equal((0, 0), (queue.Count, queue.UnfinishedCount));

        async Task EnqueueAsync(Random random, int item) => entered[item] = await RandomCancellation.TryWaitAsync(
            random, token => queue.EnqueueAsync(item, token), CancellationToken.None);
    }

    private static async Task ConsumeAsync(WorkQueue<int> queue, int consumer, int[] finished)
    {
        var random = new Random(-Seed - consumer);
        while (!queue.IsCompleted || queue.Count > 0)
        {
            WorkItem<int> item = default;
            try
            {
                await RandomCancellation.TryWaitAsync(
                    random,
                    async token => item = await queue.DequeueAsync(token),
                    CancellationToken.None);
            }
            catch (ChannelClosedException)
            {
                return;
            }

            if (item.Attempt is 0) continue;
            if (random.Next(4) is 0) await Task.Yield();
            switch (random.Next(6))
            {
                case 0: item.Requeue(); break;
                case 1: break;
                default:
                    Interlocked.Increment(ref finished[item.Value]);
                    item.Complete();
                    break;
            }

            item.Dispose();
        }
    }
}
