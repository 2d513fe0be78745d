using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Synchronization;

public class AsyncConditionVariableUntilTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task WhatIsTrueAlready_IsNotWaitedFor()
    {
        var gate = new AsyncLock();
        var condition = new AsyncConditionVariable(gate);
        using AsyncLock.Lease lease = await gate.LockAsync();
        ValueTask<AsyncLock.Lease> next = gate.LockAsync();

        AsyncAssert.CompletedSynchronously(condition.WaitUntilAsync(lease, () => true));
        Block();
        Assert.True(AsyncAssert.CompletedSynchronously(condition.TryWaitUntilAsync(lease, () => true, _second)));

        Assert.False(next.IsCompleted);

        void Block() => condition.WaitUntil(lease, () => true);
    }

    [Fact]
    public Task ThePredicate_IsAskedWithTheLockHeld_AfterEachNotification() => AsyncTest.RunAsync(async env =>
    {
        var gate = new AsyncLock();
        var condition = new AsyncConditionVariable(gate);
        var looks = 0;
        var wanted = 3;
        Task waiting = env.Start("waiter", async () =>
        {
            using AsyncLock.Lease lease = await gate.LockAsync();
            await condition.WaitUntilAsync(lease, Look);
            Assert.True(gate.IsHeld);
        });
        await env.IdleAsync();
        Assert.Equal(1, looks);

        for (var i = 2; i <= wanted; i++)
        {
            using (await gate.LockAsync()) condition.Notify();
            await env.IdleAsync();
            Assert.Equal(i, looks);
        }

        await waiting;
        Assert.False(gate.IsHeld);

        bool Look()
        {
            Assert.True(gate.IsHeld);
            return ++looks == wanted;
        }
    });

    [Fact]
    public Task WhatThePredicateThrows_ComesOutWithTheLockHeld() => AsyncTest.RunAsync(async env =>
    {
        var gate = new AsyncLock();
        var condition = new AsyncConditionVariable(gate);
        AsyncLock.Lease lease = await gate.LockAsync();
        var looks = 0;

        Task atOnce = condition.WaitUntilAsync(lease, () => throw new IOException()).AsTask();
        await Assert.ThrowsAsync<IOException>(() => atOnce);
        Assert.Throws<IOException>(() => condition.WaitUntil(lease, () => throw new IOException()));
        Assert.True(gate.IsHeld);

        Task later = condition.WaitUntilAsync(lease, () => ++looks > 1 ? throw new IOException() : false).AsTask();
        Assert.False(gate.IsHeld);
        condition.Notify();
        await Assert.ThrowsAsync<IOException>(() => later);
        Assert.True(gate.IsHeld);
        lease.Dispose();
        Assert.False(gate.IsHeld);
    });

    [Fact]
    public Task TheTimeLimit_IsForAllNotificationsTogether() => AsyncTest.RunAsync(async env =>
    {
        var gate = new AsyncLock(timeProvider: env.Time);
        var condition = new AsyncConditionVariable(gate);
        var isOver = false;
        Task notifier = env.Start("notifier", async () =>
        {
            for (; !isOver; await env.DelayAsync(_second)) condition.NotifyAll();
        });

        AsyncLock.Lease lease = await gate.LockAsync();
        bool isTrue = await condition.TryWaitUntilAsync(lease, () => false, 3.5 * _second);
        Assert.False(isTrue);
        Assert.Equal(3.5 * _second, env.Elapsed);
        Task throwing = condition.WaitUntilAsync(lease, () => false, 3.5 * _second).AsTask();
        TimeoutException late = await Assert.ThrowsAsync<TimeoutException>(() => throwing);
        Assert.Contains("00:00:03.5", late.Message);
        Assert.Equal(7 * _second, env.Elapsed);
        Assert.True(gate.IsHeld);

        isOver = true;
        await notifier;
    });

    [Fact]
    public Task WhenTheTimeHasPassed_ItLooksOnceMore() => AsyncTest.RunAsync(async env =>
    {
        var gate = new AsyncLock(timeProvider: env.Time);
        var condition = new AsyncConditionVariable(gate);
        var isFilled = false;
        AsyncLock.Lease lease = await gate.LockAsync();
        Task<bool> waiting = condition.TryWaitUntilAsync(lease, () => isFilled, _second).AsTask();
        AsyncLock.Lease other = await gate.LockAsync();

        await env.DelayAsync(2 * _second);
        isFilled = true;
        other.Dispose();

        Assert.True(await waiting);
    });

    [Fact]
    public Task WhatIsTrueByThen_IsReturned_EvenIfTheTokenIsCancelled() => AsyncTest.RunAsync(async env =>
    {
        var gate = new AsyncLock();
        var condition = new AsyncConditionVariable(gate);
        using var source = new CancellationTokenSource();
        var isFilled = false;
        AsyncLock.Lease lease = await gate.LockAsync();
        Task filled = condition.WaitUntilAsync(lease, () => isFilled, source.Token).AsTask();
        using (await gate.LockAsync())
        {
            isFilled = true;
            condition.Notify();
            await source.CancelAsync();
        }

        await filled;

        isFilled = false;
        Task cancelled = condition.WaitUntilAsync(lease, () => isFilled, source.Token).AsTask();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.True(gate.IsHeld);
    });

    [Fact]
    public Task ThreadsAndTasks_WaitInOneQueue() => AsyncTest.RunAsync(async env =>
    {
        var gate = new AsyncLock(timeProvider: env.Time);
        var condition = new AsyncConditionVariable(gate);
        List<string> woken = [];
        var isOpen = false;
        Task[] waiting =
        [
            env.Start("thread", () => Task.Run(() => Block(lease => condition.Wait(lease), "thread"))),
            env.Start("task", () => Task.Run(WaitAsync)),
            env.Start("until", () => Task.Run(() => Block(lease => condition.WaitUntil(lease, () => isOpen), "until"))),
            env.Start("late", () => Task.Run(() => Block(Late, "late"))),
        ];
        await env.IdleAsync();
        Assert.Equal(4, condition.WaiterCount);

        using (await gate.LockAsync())
        {
            isOpen = true;
            condition.Notify(3);
            Assert.Empty(woken);
        }

        await Task.WhenAll(waiting);
        Assert.Equal(["thread", "task", "until", "late"], woken);
        Assert.Equal(_second, env.Elapsed);
        Assert.False(gate.IsHeld);

        void Block(Action<AsyncLock.Lease> wait, string name)
        {
            using AsyncLock.Lease lease = gate.Lock();
            wait(lease);
            Assert.True(gate.IsHeld);
            woken.Add(name);
        }

        void Late(AsyncLock.Lease lease)
        {
            Assert.False(condition.TryWait(lease, _second / 2));
            Assert.False(condition.TryWaitUntil(lease, () => false, _second / 2));
        }

        async Task WaitAsync()
        {
            using AsyncLock.Lease lease = await gate.LockAsync();
            await condition.WaitAsync(lease);
            woken.Add("task");
        }
    });
}
