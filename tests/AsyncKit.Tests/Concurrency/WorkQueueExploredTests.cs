using System.Threading.Channels;
using AsyncKit.Concurrency;
using AsyncKit.Testing;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Concurrency;

/// <summary>What holds in every order that an exploration comes to.</summary>
[Collection(typeof(Alone))]
public class WorkQueueExploredTests
{
    private static readonly ExploreOptions _options = new()
    {
        Schedules = LongSuite.IsOn ? 500 : 150,
        Leaks = LeakChecks.All,
    };

    [Theory]
    [InlineData(WorkQueueOrder.Fifo)]
    [InlineData(WorkQueueOrder.Lifo)]
    [InlineData(WorkQueueOrder.Priority)]
    public Task EveryItem_ReachesOneConsumer_ThroughTheRoomOfOne(WorkQueueOrder order) => AsyncTest.ExploreAsync(
        async env =>
        {
            WorkQueue<int> queue = Bounded(order);
            List<int> done = [];
            Task[] producers =
                [.. Enumerable.Range(0, 2).Select(first => env.Start($"producer {first}", () => ProduceAsync(first)))];
            Task[] consumers =
                [.. Enumerable.Range(0, 2).Select(number => env.Start($"consumer {number}", ConsumeAsync))];
            env.Always(() => queue.Count <= 1, "There is room for one.");

            await Task.WhenAll(producers);
            await queue.JoinAsync();
            Assert.Equal([0, 1, 2, 3], done.Order());
            queue.Complete();
            await Task.WhenAll(consumers);

            async Task ProduceAsync(int first)
            {
                await queue.EnqueueAsync(first);
                await queue.EnqueueAsync(first + 2);
            }

            async Task ConsumeAsync()
            {
                await foreach (WorkItem<int> item in queue.DequeueAllAsync())
                {
                    await env.YieldAsync();
                    done.Add(item.Value);
                    item.Complete();
                }
            }
        },
        _options);

    [Theory]
    [InlineData(WorkQueueOrder.Fifo)]
    [InlineData(WorkQueueOrder.Priority)]
    public Task WhoeverIsCancelled_TakesNoItemAlong_AndLeavesNoneBehind(WorkQueueOrder order) =>
        AsyncTest.CancelEverywhereAsync(
            async (env, cancellationToken) =>
            {
                WorkQueue<int> queue = Bounded(order);
                int entered = 0, taken = 0;
                Task producer = env.Start("producer", async () =>
                {
                    for (var item = 0; item < 3; item++)
                    {
                        if (await EndsAsync(queue.EnqueueAsync(item, cancellationToken).AsTask())) entered++;
                    }
                });
                Task consumer = env.Start("consumer", async () =>
                {
                    for (var i = 0; i < 3; i++)
                    {
                        Task<WorkItem<int>> dequeue = queue.DequeueAsync(cancellationToken).AsTask();
                        if (!await EndsAsync(dequeue)) continue;
                        taken++;
                        (await dequeue).Complete();
                    }
                });
                await Task.WhenAll(producer, consumer);

                Assert.Equal(entered - taken, queue.Count);
                Assert.Equal(entered - taken, queue.UnfinishedCount);
            },
            _options);

    [Fact]
    public Task FailedAttempts_EndWithSuccessOrReport_BeforeTheJoin() => AsyncTest.ExploreAsync(
        static async env =>
        {
            List<int> failed = [];
            var attempts = new int[3];
            var queue = new WorkQueue<int>(
                new WorkQueueOptions<int> { MaxAttempts = 2, OnFailed = (item, _) => failed.Add(item) });
            Task[] workers = [.. Enumerable.Range(0, 2).Select(worker => env.Start($"worker {worker}", async () =>
            {
                await foreach (WorkItem<int> item in queue.DequeueAllAsync())
                {
                    using (item)
                    {
                        await env.YieldAsync();
                        if (++attempts[item.Value] > item.Value) item.Complete();
                    }
                }
            }))];
            for (var item = 0; item < 3; item++) await queue.EnqueueAsync(item);

            await queue.JoinAsync();

            Assert.Equal([1, 2, 2], attempts);
            Assert.Equal([2], failed);
            queue.Complete();
            await Task.WhenAll(workers);
        },
        _options);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task Complete_MeetsEverybody_AndNobodyHangs(bool discardPending) => AsyncTest.ExploreAsync(
        async env =>
        {
            WorkQueue<int> queue = Bounded(WorkQueueOrder.Fifo);
            int entered = 0, taken = 0;
            Task[] all =
            [
                env.Start("producer", async () =>
                {
                    for (var item = 0; item < 3; item++)
                    {
                        if (await EndsAsync(queue.EnqueueAsync(item).AsTask())) entered++;
                    }
                }),
                env.Start("consumer", async () =>
                {
                    await foreach (WorkItem<int> item in queue.DequeueAllAsync())
                    {
                        await env.YieldAsync();
                        taken++;
                        item.Complete();
                    }
                }),
                env.Start("completer", async () =>
                {
                    await env.YieldAsync();
                    queue.Complete(discardPending);
                }),
            ];
            await Task.WhenAll(all);

            if (discardPending) Assert.InRange(taken, 0, entered);
            else Assert.Equal(entered, taken);
            Assert.Equal((0, 0), (queue.Count, queue.UnfinishedCount));
            await queue.JoinAsync();
        },
        _options);

    private static WorkQueue<int> Bounded(WorkQueueOrder order) =>
        new(new WorkQueueOptions<int> { Order = order, Capacity = 1 });

    // False: cancelled, or the queue was completed.
    private static async Task<bool> EndsAsync(Task operation)
    {
        try
        {
            await operation;
            return true;
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            return false;
        }
    }
}
