using AsyncKit.Concurrency;
using AsyncKit.Tests.Contracts.Waits;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Concurrency;

/// <summary>What items and waits cost, and what they leave behind. Runs alone: others in the process listen, and
/// allocate.</summary>
[Collection(typeof(Alone))]
public class WorkQueueMemoryTests
{
    private const int Limit = 60_000;
    private const long Noise = 4_000_000;

    private readonly WorkQueue<object> _queue = new();
    private readonly object _item = new();

    [Fact]
    public void AnItem_ThatGoesInAndOut_AllocatesNothing()
    {
        Assert.Equal(0, Allocations.LeastOf(() =>
        {
            for (var i = 0; i < 1_000; i++)
            {
                Assert.True(_queue.EnqueueAsync(_item).IsCompletedSuccessfully);
                using WorkItem<object> item = Result.Of(_queue.DequeueAsync());
                item.Complete();
            }
        }));
    }

    [Fact]
    public void WaitsForItems_AllocateNothing()
    {
        using var caller = new CancellationTokenSource();
        var waits = new ValueTask<WorkItem<object>>[100];

        Assert.Equal(0, Allocations.LeastOf(() =>
        {
            for (var i = 0; i < waits.Length; i++) waits[i] = _queue.DequeueAsync(caller.Token);
            for (var i = 0; i < waits.Length; i++) _queue.TryEnqueue(_item);
            foreach (ValueTask<WorkItem<object>> wait in waits)
            {
                Assert.True(wait.IsCompletedSuccessfully);
                Result.Of(wait).Complete();
            }
        }));
    }

    [Fact(Timeout = Limit)]
    public async Task ManyWaitsThatWereCancelled_LeaveNothingBehind()
    {
        await ComeAndGoAsync(1_000);
        long before = GC.GetTotalMemory(forceFullCollection: true);

        await ComeAndGoAsync(200_000);

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, Noise);
        Assert.Equal((0, 0), (_queue.Count, _queue.UnfinishedCount));

        async Task ComeAndGoAsync(int count)
        {
            for (var left = count; left > 0; left -= 1_000)
            {
                using var caller = new CancellationTokenSource();
                for (var i = 0; i < 1_000; i++) _ = _queue.DequeueAsync(caller.Token);
                await caller.CancelAsync();
            }
        }
    }

    [Theory(Timeout = Limit)]
    [InlineData(WorkQueueOrder.Fifo)]
    [InlineData(WorkQueueOrder.Lifo)]
    [InlineData(WorkQueueOrder.Priority)]
    public async Task AnItemThatIsDone_IsNotKept(WorkQueueOrder order)
    {
        var queue = new WorkQueue<object>(new WorkQueueOptions<object>
        {
            Order = order,
            Comparer = order is WorkQueueOrder.Priority ? Comparer<object>.Create(static (_, _) => 0) : null,
            Capacity = 2,
        });

        WeakReference[] items =
            [.. await PassAsync(queue, isWaitedFor: false), .. await PassAsync(queue, isWaitedFor: true)];

        // Off the stack of what has completed the wait.
        await Task.Yield();
        GC.Collect();

        Assert.All(items, item => Assert.False(item.IsAlive));
        GC.KeepAlive(queue);
    }

    // In a method of its own, so that no local keeps one.
    private static async Task<WeakReference[]> PassAsync(WorkQueue<object> queue, bool isWaitedFor)
    {
        object[] items = [new(), new(), new()];
        Task<WorkItem<object>>? first = isWaitedFor ? queue.DequeueAsync().AsTask() : null;
        ValueTask[] enqueues = [.. items.Select(item => queue.EnqueueAsync(item))];
        if (first is not null) (await first).Complete();
        while (queue.TryDequeue(out WorkItem<object> item)) item.Complete();
        foreach (ValueTask enqueue in enqueues) await enqueue;
        return [.. items.Select(item => new WeakReference(item))];
    }
}
