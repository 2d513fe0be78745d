using AsyncKit.Concurrency;
using AsyncKit.Diagnostics;
using AsyncKit.Testing;
using AsyncKit.Tests.Diagnostics;

namespace AsyncKit.Tests.Concurrency;

/// <summary>What a queue tells those who listen.</summary>
public class WorkQueueDiagnosticsTests
{
    private const int Limit = 30_000;

    private readonly WorkQueue<int> _queue = new(new WorkQueueOptions<int> { Name = "jobs", Capacity = 1 });

    [Fact(Timeout = Limit)]
    public async Task Operations_PassSchedulingPoints_AndReportTheirWaits()
    {
        var listener = new RecordingListener(_queue);
        using IDisposable subscription = AsyncDiagnostics.Subscribe(
            DiagnosticEvents.SchedulingPoints | DiagnosticEvents.Waits, listener);

        Task<WorkItem<int>> dequeue = _queue.DequeueAsync().AsTask();
        await _queue.EnqueueAsync(1);
        Task joined = _queue.JoinAsync();
        await _queue.EnqueueAsync(2);
        Task enqueue = _queue.EnqueueAsync(3).AsTask();
        (await dequeue).Requeue();
        for (var taken = 0; taken < 3; taken++)
        {
            Assert.True(_queue.TryDequeue(out WorkItem<int> item));
            item.Complete();
        }

        await enqueue;
        await joined;
        _queue.Complete();

        // Where a wait ends that has gone on elsewhere is not in the order of these lines.
        Assert.Equal(
            [
                "about to take an item",
                "DequeueAsync of WorkQueue \"jobs\" waits",
                "about to enqueue an item",
                "about to wait for the end",
                "about to enqueue an item",
                "about to enqueue an item",
                "EnqueueAsync of WorkQueue \"jobs\" waits",
                "about to put an item back",
                "about to take an item",
                "about to complete an item",
                "about to take an item",
                "about to complete an item",
                "about to take an item",
                "about to complete an item",
                "about to complete the queue",
            ],
            listener.Lines.Where(line => !line.EndsWith("waits no more", StringComparison.Ordinal)));
        Assert.Equal(2, listener.Lines.Count(line => line.EndsWith("waits no more", StringComparison.Ordinal)));
    }

    [Fact(Timeout = Limit)]
    public async Task WhatAListenerThrowsBefore_FailsTheCall_AndPutsNothingIn()
    {
        var abort = new InvalidOperationException("aborted");
        var listener = new HoldingListener(_queue);
        using IDisposable subscription = AsyncDiagnostics.Subscribe(DiagnosticEvents.SchedulingPoints, listener);

        Task enqueue = _queue.EnqueueAsync(1).AsTask();
        listener.Abort(abort);

        Assert.Same(abort, await Assert.ThrowsAsync<InvalidOperationException>(() => enqueue));
        Assert.Equal((0, 0), (_queue.Count, _queue.UnfinishedCount));
    }

    [Fact(Timeout = Limit)]
    public async Task WhatAComparerThrows_ComesByTheTask_AlsoWhenListenedTo()
    {
        var queue = new WorkQueue<object>(new WorkQueueOptions<object> { Order = WorkQueueOrder.Priority });
        using IDisposable subscription = AsyncDiagnostics.Subscribe(
            DiagnosticEvents.SchedulingPoints, new RecordingListener(queue));
        await queue.EnqueueAsync(new object());

        Task incomparable = queue.EnqueueAsync(new object()).AsTask();

        await Assert.ThrowsAnyAsync<ArgumentException>(() => incomparable);
        Assert.Equal(1, queue.Count);
    }

    [Fact]
    public async Task AConsumerThatHangs_IsNamedInTheReport()
    {
        AsyncTestException hang = await Assert.ThrowsAnyAsync<AsyncTestException>(() => AsyncTest.RunAsync(async env =>
        {
            var jobs = new WorkQueue<int>(new WorkQueueOptions<int> { Name = "jobs" });
            await env.Start("consumer", () => jobs.DequeueAsync().AsTask());
        }));

        Assert.Contains("waits for WorkQueue \"jobs\" in DequeueAsync", hang.Message, StringComparison.Ordinal);
    }
}
