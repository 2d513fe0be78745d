using AsyncKit.Concurrency;

namespace AsyncKit.Tests.Concurrency;

/// <summary>How an attempt ends, once, and what becomes of the item.</summary>
public class WorkItemTests
{
    private const int Limit = 30_000;

    private readonly List<(string Item, Exception? Fault)> _failed = [];
    private readonly WorkQueue<string> _queue;

    public WorkItemTests() => _queue = new WorkQueue<string>(new WorkQueueOptions<string>
    {
        MaxAttempts = 2,
        OnFailed = (item, fault) => _failed.Add((item, fault)),
    });

    [Fact]
    public void Dispose_WithoutComplete_PutsTheItemBack_BehindAllOthers()
    {
        Enqueue("a", "b");

        WorkItem<string> first = Take("a", attempt: 1);
        first.Dispose();

        Assert.Equal((2, 2), (_queue.Count, _queue.UnfinishedCount));
        Take("b", attempt: 1).Complete();
        Take("a", attempt: 2).Complete();
        Assert.Equal(0, _queue.UnfinishedCount);
        Assert.Empty(_failed);
    }

    [Fact(Timeout = Limit)]
    public async Task Dispose_AtTheLastAttempt_ReportsTheItem_AndFinishesIt()
    {
        Enqueue("a");
        Task joined = _queue.JoinAsync();

        Take("a", attempt: 1).Dispose();
        Assert.False(joined.IsCompleted);
        Take("a", attempt: 2).Dispose();

        await joined;
        Assert.Equal([("a", null)], _failed);
        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public void OnFailed_IsCalledBeforeTheItemCountsAsFinished()
    {
        int? unfinished = null;
        WorkQueue<int> queue = null!;
        queue = new WorkQueue<int>(new WorkQueueOptions<int>
        {
            OnFailed = (_, _) => unfinished = queue.UnfinishedCount,
        });
        queue.TryEnqueue(1);
        queue.TryDequeue(out WorkItem<int> item);

        item.Dispose();

        Assert.Equal((1, 0), (unfinished, queue.UnfinishedCount));
    }

    [Fact]
    public void Requeue_IsAllowedBeyondTheAttempts_AndCountsThem()
    {
        Enqueue("a");
        for (var attempt = 1; attempt <= 5; attempt++) Take("a", attempt).Requeue();

        Take("a", attempt: 6).Dispose();

        Assert.Equal([("a", null)], _failed);
    }

    [Fact]
    public void Requeue_NeedsNoRoom_AndIsLetInAfterComplete()
    {
        var queue = new WorkQueue<int>(new WorkQueueOptions<int> { Capacity = 1 });
        queue.TryEnqueue(1);
        queue.TryDequeue(out WorkItem<int> held);
        queue.TryEnqueue(2);
        queue.Complete();

        held.Requeue();

        Assert.Equal((2, 2), (queue.Count, queue.UnfinishedCount));
        Assert.True(queue.TryDequeue(out WorkItem<int> item) && item.Value is 2);
        Assert.True(queue.TryDequeue(out item) && item is { Value: 1, Attempt: 2 });
    }

    [Fact(Timeout = Limit)]
    public async Task Requeue_GoesToWhoeverWaits()
    {
        Enqueue("a");
        WorkItem<string> held = Take("a", attempt: 1);
        ValueTask<WorkItem<string>> waits = _queue.DequeueAsync();
        Assert.False(waits.IsCompleted);

        held.Requeue();

        Assert.Equal(2, (await waits).Attempt);
    }

    [Fact]
    public void TheFirstEnd_IsTheOnlyOne()
    {
        Enqueue("a", "b", "c");
        WorkItem<string> a = Take("a", attempt: 1);
        WorkItem<string> copy = a;
        a.Complete();
        copy.Complete();
        copy.Requeue();
        copy.Dispose();
        Assert.Equal((2, 2), (_queue.Count, _queue.UnfinishedCount));

        // The next item may be under the same hold, which the old one does not reach.
        WorkItem<string> b = Take("b", attempt: 1);
        copy.Complete();
        copy.Requeue();
        copy.Dispose();
        Assert.Equal((1, 2), (_queue.Count, _queue.UnfinishedCount));

        b.Requeue();
        b.Complete();
        b.Dispose();
        Assert.Equal((2, 2), (_queue.Count, _queue.UnfinishedCount));
        Assert.Equal("a", copy.Value);
    }

    [Fact]
    public void Default_DoesNothing()
    {
        WorkItem<string> none = default;

        none.Complete();
        none.Requeue();
        none.Dispose();

        Assert.Equal(0, none.Attempt);
        Assert.Null(none.Value);
    }

    private void Enqueue(params string[] items) => Assert.All(items, item => Assert.True(_queue.TryEnqueue(item)));

    private WorkItem<string> Take(string expected, int attempt)
    {
        Assert.True(_queue.TryDequeue(out WorkItem<string> item));
        Assert.Equal((expected, attempt), (item.Value, item.Attempt));
        return item;
    }
}
