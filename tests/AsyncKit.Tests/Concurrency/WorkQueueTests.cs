using System.Threading.Channels;
using AsyncKit.Concurrency;

namespace AsyncKit.Tests.Concurrency;

/// <summary>In and out, waits for items and for room, and the end.</summary>
public class WorkQueueTests
{
    private const int Limit = 30_000;

    private readonly WorkQueue<int> _queue = new();

    [Theory]
    [InlineData(WorkQueueOrder.Fifo, new[] { 3, 1, 2 })]
    [InlineData(WorkQueueOrder.Lifo, new[] { 2, 1, 3 })]
    [InlineData(WorkQueueOrder.Priority, new[] { 1, 2, 3 })]
    public void Items_AreTakenInOrder(WorkQueueOrder order, int[] expected)
    {
        WorkQueue<int> queue = Make(order);
        foreach (int item in new[] { 3, 1, 2 }) Assert.True(queue.TryEnqueue(item));

        Assert.Equal(expected, TakeAll(queue));
        Assert.False(queue.TryDequeue(out WorkItem<int> none));
        Assert.Equal(default, none);
    }

    [Theory]
    [InlineData(WorkQueueOrder.Fifo)]
    [InlineData(WorkQueueOrder.Lifo)]
    [InlineData(WorkQueueOrder.Priority)]
    public void ManyItems_ThatComeAndGo_KeepTheirOrder(WorkQueueOrder order)
    {
        WorkQueue<int> queue = Make(order);
        var random = new Random(Seed: 12);
        List<int> expected = [];
        for (var step = 0; step < 5_000; step++)
        {
            if (random.Next(5) is 0 or 1 && expected.Count > 0)
            {
                int next = order switch
                {
                    WorkQueueOrder.Fifo => 0,
                    WorkQueueOrder.Lifo => expected.Count - 1,
                    _ => expected.IndexOf(expected.Min()),
                };
                Assert.True(queue.TryDequeue(out WorkItem<int> item));
                Assert.Equal(expected[next], item.Value);
                item.Complete();
                expected.RemoveAt(next);
            }
            else
            {
                expected.Add(random.Next(1_000));
                queue.TryEnqueue(expected[^1]);
            }
        }

        Assert.True(expected.Count > 500);
        Assert.Equal((expected.Count, expected.Count), (queue.Count, queue.UnfinishedCount));
    }

    [Fact(Timeout = Limit)]
    public async Task DequeueAsync_Waits_FirstComeFirstServed()
    {
        Task<WorkItem<int>>[] waits = [.. Enumerable.Range(0, 3).Select(_ => _queue.DequeueAsync().AsTask())];
        Assert.All(waits, wait => Assert.False(wait.IsCompleted));

        for (var item = 0; item < 3; item++) await _queue.EnqueueAsync(item);

        Assert.Equal([0, 1, 2], (await Task.WhenAll(waits)).Select(item => item.Value));
    }

    [Fact(Timeout = Limit)]
    public async Task DequeueAsync_Cancelled_TakesNothing()
    {
        using var caller = new CancellationTokenSource();
        Task<WorkItem<int>> cancelled = _queue.DequeueAsync(caller.Token).AsTask();
        Task<WorkItem<int>> waits = _queue.DequeueAsync(CancellationToken.None).AsTask();

        await caller.CancelAsync();
        await _queue.EnqueueAsync(1, CancellationToken.None);

        OperationCanceledException thrown =
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(caller.Token, thrown.CancellationToken);
        Assert.Equal(1, (await waits).Value);
    }

    [Fact]
    public void ATokenCancelledBefore_TakesNothing_AndPutsNothingIn()
    {
        var cancelled = new CancellationToken(canceled: true);
        _queue.TryEnqueue(1);

        Assert.True(_queue.DequeueAsync(cancelled).IsCanceled);
        Assert.True(_queue.EnqueueAsync(2, cancelled).IsCanceled);
        Assert.True(_queue.JoinAsync(cancelled).IsCanceled);
        Assert.Equal((1, 1), (_queue.Count, _queue.UnfinishedCount));
    }

    [Theory(Timeout = Limit)]
    [InlineData(WorkQueueOrder.Fifo)]
    [InlineData(WorkQueueOrder.Priority)]
    public async Task EnqueueAsync_WaitsForRoom_FirstComeFirstServed(WorkQueueOrder order)
    {
        var queue = new WorkQueue<int>(new WorkQueueOptions<int> { Order = order, Capacity = 1 });
        await queue.EnqueueAsync(0);
        Task[] waits = [.. Enumerable.Range(1, 3).Select(item => queue.EnqueueAsync(item).AsTask())];
        Assert.False(queue.TryEnqueue(9));

        for (var taken = 0; taken < 3; taken++)
        {
            Assert.False(waits[taken].IsCompleted);
            Assert.Equal(taken, (await queue.DequeueAsync()).Value);

            // The next one is in when the item is out, whether somebody awaits that or not.
            Assert.Equal(1, queue.Count);
            await waits[taken];
        }

        Assert.Equal(4, queue.UnfinishedCount);
    }

    [Fact(Timeout = Limit)]
    public async Task EnqueueAsync_Cancelled_PutsNothingIn_AndLeavesTheRoomToTheNext()
    {
        var queue = new WorkQueue<int>(new WorkQueueOptions<int> { Capacity = 1 });
        using var caller = new CancellationTokenSource();
        await queue.EnqueueAsync(0, CancellationToken.None);
        Task cancelled = queue.EnqueueAsync(1, caller.Token).AsTask();
        Task waits = queue.EnqueueAsync(2, CancellationToken.None).AsTask();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(0, (await queue.DequeueAsync(CancellationToken.None)).Value);
        await waits;
        Assert.Equal([2], TakeAll(queue));
    }

    [Fact(Timeout = Limit)]
    public async Task JoinAsync_WaitsUntilEveryItemIsCompleted_NotOnlyTaken()
    {
        Assert.True(_queue.JoinAsync().IsCompletedSuccessfully);
        await _queue.EnqueueAsync(1);
        await _queue.EnqueueAsync(2);
        Task joined = _queue.JoinAsync();

        WorkItem<int> first = await _queue.DequeueAsync();
        WorkItem<int> second = await _queue.DequeueAsync();
        Assert.Equal((0, 2), (_queue.Count, _queue.UnfinishedCount));
        second.Complete();
        Assert.False(joined.IsCompleted);
        first.Complete();

        await joined;
        Assert.Equal(0, _queue.UnfinishedCount);
    }

    [Fact(Timeout = Limit)]
    public async Task JoinAsync_Cancelled_LeavesTheOthersWaiting()
    {
        using var caller = new CancellationTokenSource();
        _queue.TryEnqueue(1);
        Task cancelled = _queue.JoinAsync(caller.Token);
        Task joined = _queue.JoinAsync(CancellationToken.None);

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal([1], TakeAll(_queue));
        await joined;
    }

    [Fact(Timeout = Limit)]
    public async Task Complete_LetsNothingIn_AndWhatIsQueuedOut()
    {
        await _queue.EnqueueAsync(1);
        _queue.Complete();

        Assert.True(_queue.IsCompleted);
        Assert.False(_queue.TryEnqueue(2));
        ChannelClosedException refused =
            await Assert.ThrowsAsync<ChannelClosedException>(() => _queue.EnqueueAsync(2).AsTask());
        Assert.Equal("WorkQueue has been completed.", refused.Message);
        Assert.Equal(1, (await _queue.DequeueAsync()).Value);
        await Assert.ThrowsAsync<ChannelClosedException>(() => _queue.DequeueAsync().AsTask());
        Assert.False(_queue.TryDequeue(out _));
    }

    [Fact(Timeout = Limit)]
    public async Task Complete_EndsThoseWhoWait_ForItemsAndForRoom()
    {
        var bounded = new WorkQueue<int>(new WorkQueueOptions<int> { Capacity = 1 });
        await bounded.EnqueueAsync(1);
        Task enqueue = bounded.EnqueueAsync(2).AsTask();
        Task<WorkItem<int>> dequeue = _queue.DequeueAsync().AsTask();

        bounded.Complete();
        _queue.Complete();

        await Assert.ThrowsAsync<ChannelClosedException>(() => enqueue);
        await Assert.ThrowsAsync<ChannelClosedException>(() => dequeue);
        Assert.Equal([1], TakeAll(bounded));
        Assert.Equal(0, bounded.UnfinishedCount);
    }

    [Fact(Timeout = Limit)]
    public async Task Complete_WithDiscardPending_DropsWhatIsQueued_AndWhatIsPutBackLater()
    {
        for (var item = 0; item < 40; item++) await _queue.EnqueueAsync(item);
        WorkItem<int> held = await _queue.DequeueAsync();
        Task joined = _queue.JoinAsync();

        _queue.Complete();
        Assert.Equal(39, _queue.Count);
        _queue.Complete(discardPending: true);

        Assert.Equal((0, 1), (_queue.Count, _queue.UnfinishedCount));
        Assert.False(joined.IsCompleted);
        held.Requeue();
        await joined;
        Assert.Equal((0, 0), (_queue.Count, _queue.UnfinishedCount));
    }

    [Fact(Timeout = Limit)]
    public async Task DequeueAllAsync_EndsWhenCompletedAndEmpty()
    {
        var taken = new List<int>();
        await _queue.EnqueueAsync(1);
        Task consuming = ConsumeAsync();
        await _queue.EnqueueAsync(2);
        await _queue.JoinAsync();
        Assert.False(consuming.IsCompleted);
        _queue.Complete();
        await consuming;

        Assert.Equal([1, 2], taken);

        async Task ConsumeAsync()
        {
            await foreach (WorkItem<int> item in _queue.DequeueAllAsync())
            {
                taken.Add(item.Value);
                item.Complete();
            }
        }
    }

    [Fact(Timeout = Limit)]
    public async Task DequeueAllAsync_Cancelled_EndsAsCancelled_AlsoWhileThereAreItems()
    {
        using var caller = new CancellationTokenSource();
        for (var item = 0; item < 3; item++) await _queue.EnqueueAsync(item, CancellationToken.None);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (WorkItem<int> item in _queue.DequeueAllAsync(caller.Token))
            {
                item.Complete();
                await caller.CancelAsync();
            }
        });

        Assert.Equal(2, _queue.Count);
    }

    [Fact]
    public void Options_OutOfRange_AreRefused()
    {
        Refuses(new() { Capacity = 0 }, "Capacity must be at least 1, but was 0.");
        Refuses(new() { MaxAttempts = 0 }, "MaxAttempts must be at least 1, but was 0.");
        Refuses(new() { Order = (WorkQueueOrder)7 }, "Order must be Fifo, Lifo or Priority, but was 7.");
        Refuses(new() { Comparer = Comparer<int>.Default }, "Comparer is for the order Priority, but Order was Fifo.");

        static void Refuses(WorkQueueOptions<int> options, string message) =>
            Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => new WorkQueue<int>(options)).Message);
    }

    [Fact]
    public void Name_IsInReports()
    {
        Assert.Equal("WorkQueue", _queue.ToString());
        Assert.Null(_queue.Name);
        var named = new WorkQueue<int>(new WorkQueueOptions<int> { Name = "jobs" });
        Assert.Equal(("jobs", "WorkQueue \"jobs\""), (named.Name, named.ToString()));
    }

    private static WorkQueue<int> Make(WorkQueueOrder order) => new(new WorkQueueOptions<int> { Order = order });

    private static List<int> TakeAll(WorkQueue<int> queue)
    {
        List<int> taken = [];
        while (queue.TryDequeue(out WorkItem<int> item))
        {
            taken.Add(item.Value);
            item.Complete();
        }

        return taken;
    }
}
