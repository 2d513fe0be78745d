using System.Threading.Channels;
using AsyncKit.Concurrency;

namespace AsyncKit.Tests.Concurrency;

/// <summary>Items by priority, and comparers that throw, block, or use the queue they compare for.</summary>
public class WorkQueuePriorityTests
{
    private const int Limit = 30_000;

    [Fact]
    public void EqualItems_AreTakenInTheOrderTheyCame_AndThoseThatWerePutBackLast()
    {
        WorkQueue<(int Rank, string Name)> queue = ByRank();
        foreach (var item in new[] { (2, "a"), (1, "b"), (2, "c"), (1, "d"), (2, "e") }) queue.TryEnqueue(item);

        Assert.True(queue.TryDequeue(out WorkItem<(int, string Name)> first));
        first.Requeue();

        Assert.Equal("dbace", string.Concat(TakeAll(queue).Select(item => item.Name)));
    }

    [Fact(Timeout = Limit)]
    public async Task EqualItems_ThatWaitForRoom_KeepTheirOrder()
    {
        WorkQueue<(int Rank, string Name)> queue = ByRank(capacity: 1);
        Task[] waits = [.. "abcd".Select(name => queue.EnqueueAsync((1, name.ToString())).AsTask())];

        Assert.Equal("abcd", string.Concat(TakeAll(queue).Select(item => item.Name)));
        await Task.WhenAll(waits);
    }

    [Fact(Timeout = Limit)]
    public async Task WhatTheComparerThrows_ComesToTheOneWhosItemItWas_AndNothingIsLost()
    {
        WorkQueue<int> queue = With(static (one, other) =>
            one is 13 || other is 13 ? throw new InvalidOperationException("13") : one.CompareTo(other));
        queue.TryEnqueue(2);

        Assert.Throws<InvalidOperationException>(() => queue.TryEnqueue(13));
        await Assert.ThrowsAsync<InvalidOperationException>(() => queue.EnqueueAsync(13).AsTask());
        queue.TryEnqueue(1);

        Assert.Equal((2, 2), (queue.Count, queue.UnfinishedCount));
        Assert.Equal([1, 2], TakeAll(queue));
    }

    [Fact(Timeout = Limit)]
    public async Task WhatTheComparerThrows_ForOneThatWaitedForRoom_LeavesTheRoomToTheNext()
    {
        WorkQueue<int> queue = With(
            static (one, other) =>
                one is 13 || other is 13 ? throw new InvalidOperationException("13") : one.CompareTo(other),
            capacity: 2);
        queue.TryEnqueue(1);
        queue.TryEnqueue(2);
        Task unlucky = queue.EnqueueAsync(13).AsTask();
        Task next = queue.EnqueueAsync(3).AsTask();

        Assert.True(queue.TryDequeue(out WorkItem<int> item));
        item.Complete();

        await Assert.ThrowsAsync<InvalidOperationException>(() => unlucky);
        await next;
        Assert.Equal([2, 3], TakeAll(queue));
        Assert.Equal(0, queue.UnfinishedCount);
    }

    [Fact]
    public void WhatTheComparerThrows_WhenAnItemIsPutBack_LeavesItHeld_OrFailsIt()
    {
        var isBroken = false;
        var failed = new List<Exception?>();
        var queue = new WorkQueue<int>(new WorkQueueOptions<int>
        {
            Order = WorkQueueOrder.Priority,
            MaxAttempts = 2,
            OnFailed = (_, fault) => failed.Add(fault),
            Comparer = Comparer<int>.Create((one, other) =>
                isBroken ? throw new InvalidOperationException("broken") : one.CompareTo(other)),
        });
        queue.TryEnqueue(1);
        queue.TryEnqueue(2);
        Assert.True(queue.TryDequeue(out WorkItem<int> item));

        isBroken = true;
        Assert.Throws<InvalidOperationException>(item.Requeue);
        Assert.Equal((1, 2), (queue.Count, queue.UnfinishedCount));
        item.Dispose();

        Assert.IsType<InvalidOperationException>(Assert.Single(failed));
        Assert.Equal((1, 1), (queue.Count, queue.UnfinishedCount));
    }

    [Fact]
    public void AComparer_MayUseTheQueue()
    {
        WorkQueue<int> queue = null!;
        var uses = 0;
        queue = With((one, other) =>
        {
            if (one is 9 && uses++ < 3)
            {
                Assert.True(queue.TryEnqueue(5));
                Assert.True(queue.TryDequeue(out WorkItem<int> taken));
                taken.Complete();
            }

            return one.CompareTo(other);
        });
        foreach (int item in new[] { 7, 3, 9 }) queue.TryEnqueue(item);

        // Each time a five came, and the smallest went: the three, a five, a five.
        Assert.Equal([5, 7, 9], TakeAll(queue));
        Assert.True(uses > 3);
        Assert.Equal(0, queue.UnfinishedCount);
    }

    [Fact(Timeout = Limit)]
    public async Task AComparerThatBlocks_HoldsUpNobodyElse()
    {
        using var isComparing = new SemaphoreSlim(0);
        using var mayGoOn = new SemaphoreSlim(0);
        WorkQueue<int> queue = With((one, other) =>
        {
            if (one is 9 || other is 9)
            {
                isComparing.Release();
                mayGoOn.Wait();
            }

            return one.CompareTo(other);
        });
        queue.TryEnqueue(1);
        Task slow = Task.Run(() => queue.TryEnqueue(9), TestContext.Current.CancellationToken);
        await isComparing.WaitAsync(TestContext.Current.CancellationToken);

        // What it compared with goes away meanwhile, and comes again.
        Assert.Equal([1], TakeAll(queue));
        queue.TryEnqueue(2);
        queue.TryEnqueue(0);
        Assert.True(queue.TryDequeue(out WorkItem<int> next) && next.Value is 0);
        mayGoOn.Release(100);
        await slow;

        Assert.Equal([2, 9], TakeAll(queue));
    }

    [Fact(Timeout = Limit)]
    public async Task WhileAnItemIsPutIn_ThatWaitedForRoom_ItsRoomIsKept()
    {
        using var isComparing = new SemaphoreSlim(0);
        using var mayGoOn = new SemaphoreSlim(0);
        WorkQueue<int> queue = With(
            (one, other) =>
            {
                if (one is 9 || other is 9)
                {
                    isComparing.Release();
                    mayGoOn.Wait();
                }

                return one.CompareTo(other);
            },
            capacity: 2);
        queue.TryEnqueue(1);
        queue.TryEnqueue(2);
        Task waited = queue.EnqueueAsync(9).AsTask();

        Task<bool> taking = Task.Run(() => queue.TryDequeue(out _), TestContext.Current.CancellationToken);
        await isComparing.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, queue.Count);
        Assert.False(queue.TryEnqueue(5));
        mayGoOn.Release(100);

        Assert.True(await taking);
        await waited;
        Assert.Equal([2, 9], TakeAll(queue));
    }

    [Fact(Timeout = Limit)]
    public async Task CompletedWhileAnItemIsPutIn_ItIsRefused()
    {
        WorkQueue<int> queue = null!;
        queue = With((one, other) =>
        {
            if (one is 9 || other is 9) queue.Complete();
            return one.CompareTo(other);
        });
        queue.TryEnqueue(1);

        await Assert.ThrowsAsync<ChannelClosedException>(() => queue.EnqueueAsync(9).AsTask());

        Assert.Equal([1], TakeAll(queue));
        Assert.Equal(0, queue.UnfinishedCount);
    }

    private static WorkQueue<(int Rank, string Name)> ByRank(int? capacity = null) => new(
        new WorkQueueOptions<(int Rank, string Name)>
        {
            Order = WorkQueueOrder.Priority,
            Capacity = capacity,
            Comparer = Comparer<(int Rank, string Name)>.Create((one, other) => one.Rank.CompareTo(other.Rank)),
        });

    private static WorkQueue<int> With(Comparison<int> comparison, int? capacity = null) => new(
        new WorkQueueOptions<int>
        {
            Order = WorkQueueOrder.Priority,
            Capacity = capacity,
            Comparer = Comparer<int>.Create(comparison),
        });

    private static List<T> TakeAll<T>(WorkQueue<T> queue)
    {
        List<T> taken = [];
        while (queue.TryDequeue(out WorkItem<T> item))
        {
            taken.Add(item.Value);
            item.Complete();
        }

        return taken;
    }
}
