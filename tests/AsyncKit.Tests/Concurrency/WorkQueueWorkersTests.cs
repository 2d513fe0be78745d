using System.Threading.Channels;
using AsyncKit.Concurrency;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Concurrency;

/// <summary>Workers: what they finish, try again, give up, and leave in the queue.</summary>
public class WorkQueueWorkersTests
{
    private const int Limit = 30_000;

    private readonly List<(int Item, Exception? Fault)> _failed = [];

    [Theory(Timeout = Limit)]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Workers_FinishEveryItem_AndEndWhenTheQueueIsCompleted(int maxConcurrency)
    {
        var queue = new WorkQueue<int>();
        var counter = new ConcurrencyCounter();
        for (var item = 0; item < 50; item++) queue.TryEnqueue(item);
        var done = new int[100];

        Task run = queue.RunWorkersAsync(maxConcurrency, async (item, _) =>
        {
            using (counter.Enter()) await Task.Yield();
            done[item]++;
            if (item < 50) await queue.EnqueueAsync(item + 50, CancellationToken.None);
        });
        await queue.JoinAsync();
        Assert.False(run.IsCompleted);
        queue.Complete();
        await run;

        Assert.All(done, times => Assert.Equal(1, times));
        Assert.InRange(counter.Most, 1, maxConcurrency);
        Assert.Equal(0, queue.UnfinishedCount);
    }

    [Fact(Timeout = Limit)]
    public async Task AFault_PutsTheItemBack_UntilItsAttemptsAreUsedUp_ThenOnFailedHasIt_AndTheRunGoesOn()
    {
        WorkQueue<int> queue = Failing(maxAttempts: 3);
        var attempts = new int[3];
        for (var item = 0; item < 3; item++) queue.TryEnqueue(item);
        queue.Complete();

        await queue.RunWorkersAsync(1, async (item, _) =>
        {
            await Task.Yield();
            if (++attempts[item] < item + 2) throw new IOException($"{item}, attempt {attempts[item]}");
        });

        Assert.Equal([2, 3, 3], attempts);
        (int failed, Exception? fault) = Assert.Single(_failed);
        Assert.Equal((2, "2, attempt 3"), (failed, fault?.Message));
        Assert.Equal(0, queue.UnfinishedCount);
    }

    [Fact]
    public Task AnItemPutBackAtTheVeryEnd_IsTakenByTheWorkersThatFoundTheQueueEmpty() => AsyncTest.RunAsync(async env =>
    {
        WorkQueue<int> queue = Failing(maxAttempts: 2);
        var attempts = 0;
        queue.TryEnqueue(0);
        queue.TryEnqueue(1);
        queue.Complete();

        Task run = queue.RunWorkersAsync(2, async (item, token) =>
        {
            if (item is 1) return;
            await env.DelayAsync(TimeSpan.FromSeconds(1), token);
            if (++attempts is 1) throw new IOException("once");
        });
        await env.IdleAsync();

        // A worker waits, and a loop beside it is told at once that there is nothing left.
        long begun = env.Time.GetTimestamp();
        await foreach (WorkItem<int> none in queue.DequeueAllAsync()) Assert.Fail($"{none.Value} was taken.");
        await Assert.ThrowsAsync<ChannelClosedException>(() => queue.DequeueAsync().AsTask());
        Assert.Equal(TimeSpan.Zero, env.Time.GetElapsedTime(begun));
        await run;

        Assert.Equal((2, 0), (attempts, queue.UnfinishedCount));
        Assert.Empty(_failed);
    });

    [Fact]
    public Task Complete_EndsTheWaitThatStandsBehindThatOfAWorker() => AsyncTest.RunAsync(async env =>
    {
        var queue = new WorkQueue<int>();
        queue.TryEnqueue(1);
        Assert.True(queue.TryDequeue(out WorkItem<int> held));
        Task run = queue.RunWorkersAsync(1, static (_, _) => ValueTask.CompletedTask);
        await env.IdleAsync();
        Task<WorkItem<int>> dequeue = queue.DequeueAsync().AsTask();
        await env.IdleAsync();

        queue.Complete();

        await Assert.ThrowsAsync<ChannelClosedException>(() => dequeue);
        Assert.False(run.IsCompleted);
        held.Requeue();
        await run;
        Assert.Equal(0, queue.UnfinishedCount);
    });

    [Fact(Timeout = Limit)]
    public async Task WithoutOnFailed_TheLastFault_StopsTheRun_AndCutItemsGoBack()
    {
        var queue = new WorkQueue<int>();
        var fault = new IOException("broken");
        var othersRun = new TaskCompletionSource();
        queue.TryEnqueue(0);
        queue.TryEnqueue(1);
        queue.TryEnqueue(2);

        Task run = queue.RunWorkersAsync(2, async (item, token) =>
        {
            if (item is 0)
            {
                await othersRun.Task;
                throw fault;
            }

            othersRun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        });

        Assert.Same(fault, await Assert.ThrowsAsync<IOException>(() => run));
        Assert.Same(fault, Assert.Single(run.Exception!.InnerExceptions));
        Assert.Equal((2, 2), (queue.Count, queue.UnfinishedCount));
        Assert.True(queue.TryDequeue(out WorkItem<int> next) && next is { Value: 2, Attempt: 1 });
        Assert.True(queue.TryDequeue(out next) && next is { Value: 1, Attempt: 1 });
    }

    [Fact(Timeout = Limit)]
    public async Task TheCallersCancellation_EndsTheRunWithItsToken_AndLosesNoItem()
    {
        WorkQueue<int> queue = Failing(maxAttempts: 1);
        using var caller = new CancellationTokenSource();
        var bothRun = new CountdownEvent(2);
        for (var item = 0; item < 5; item++) queue.TryEnqueue(item);

        Task run = queue.RunWorkersAsync(2, async (_, token) =>
        {
            bothRun.Signal();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        }, caller.Token);
        bothRun.Wait(TestContext.Current.CancellationToken);
        await caller.CancelAsync();

        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(caller.Token, thrown.CancellationToken);
        Assert.True(run.IsCanceled);
        Assert.Equal((5, 5), (queue.Count, queue.UnfinishedCount));
        Assert.Empty(_failed);

        // Another run goes on with all of them.
        queue.Complete();
        await queue.RunWorkersAsync(2, static (_, _) => ValueTask.CompletedTask, CancellationToken.None);
        Assert.Equal(0, queue.UnfinishedCount);
    }

    [Fact(Timeout = Limit)]
    public async Task ACancellationNobodyAskedFor_IsAFailedAttempt()
    {
        WorkQueue<int> queue = Failing(maxAttempts: 1);
        queue.TryEnqueue(1);
        queue.Complete();

        await queue.RunWorkersAsync(
            1, new Func<int, CancellationToken, ValueTask>(static (_, _) => throw new OperationCanceledException()));

        Assert.IsType<OperationCanceledException>(Assert.Single(_failed).Fault);
    }

    [Fact(Timeout = Limit)]
    public async Task WhatOnFailedThrows_IsAFaultOfTheRun_WithTheFaultItWasGiven()
    {
        var queue = new WorkQueue<int>(new WorkQueueOptions<int>
        {
            OnFailed = static (_, _) => throw new InvalidOperationException("handler"),
        });
        queue.TryEnqueue(1);

        AggregateException both = await Assert.ThrowsAsync<AggregateException>(() => queue.RunWorkersAsync(
            1, new Func<int, CancellationToken, ValueTask>(static (_, _) => throw new IOException("work"))));

        Assert.Equal(["handler", "work"], both.InnerExceptions.Select(fault => fault.Message));
        Assert.Equal(0, queue.UnfinishedCount);
    }

    [Fact(Timeout = Limit)]
    public async Task WorkersThatWaitForItems_HoldNoPermitOfTheirLimit()
    {
        var limit = new ConcurrencyLimit(1);
        var queue = new WorkQueue<int>();
        var done = new List<int>();

        Task run = queue.RunWorkersAsync(limit, (item, _) =>
        {
            done.Add(item);
            return Task.CompletedTask;
        });
        await queue.EnqueueAsync(1);
        await queue.JoinAsync();
        using (await limit.AcquireAsync())
        {
            await queue.EnqueueAsync(2);
            Assert.Equal([1], done);
        }

        queue.Complete();
        await run;

        Assert.Equal([1, 2], done);
    }

    [Fact]
    public void ATokenCancelledBefore_TouchesNothing()
    {
        var queue = new WorkQueue<int>();
        queue.TryEnqueue(1);

        Task run = queue.RunWorkersAsync(
            1, static (_, _) => ValueTask.CompletedTask, new CancellationToken(canceled: true));

        Assert.True(run.IsCanceled);
        Assert.Equal(1, queue.Count);
    }

    [Fact]
    public void WrongArguments_AreRefusedAtTheCall()
    {
        var queue = new WorkQueue<int>();

        Assert.Throws<ArgumentOutOfRangeException>(
            "maxConcurrency", () => { _ = queue.RunWorkersAsync(0, static (_, _) => ValueTask.CompletedTask); });
    }

    [Fact]
    public Task OnVirtualTime_WorkersKeepTheClock() => AsyncTest.RunAsync(async env =>
    {
        var queue = new WorkQueue<int>();
        for (var item = 0; item < 4; item++) await queue.EnqueueAsync(item);
        queue.Complete();
        long begun = env.Time.GetTimestamp();

        await queue.RunWorkersAsync(2, async (_, token) => await env.DelayAsync(TimeSpan.FromMinutes(1), token));

        Assert.Equal(TimeSpan.FromMinutes(2), env.Time.GetElapsedTime(begun));
    });

    private WorkQueue<int> Failing(int maxAttempts) => new(new WorkQueueOptions<int>
    {
        MaxAttempts = maxAttempts,
        OnFailed = (item, fault) => _failed.Add((item, fault)),
    });
}
