using AsyncKit.Diagnostics;
using AsyncKit.Synchronization;
using AsyncKit.Testing;
using AsyncKit.Tests.Diagnostics;

namespace AsyncKit.Tests.Synchronization;

public class AsyncConditionVariableTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task AWait_GivesTheLockUp_AndHasItAgainAtItsEnd()
    {
        var gate = new AsyncLock();
        var condition = new AsyncConditionVariable(gate);
        AsyncLock.Lease lease = await gate.LockAsync();

        ValueTask waiting = condition.WaitAsync(lease);
        Assert.False(gate.IsHeld);
        Assert.Equal(1, condition.WaiterCount);
        condition.Notify();
        await waiting;

        Assert.Equal(0, condition.WaiterCount);
        Assert.False(gate.TryLock(out _));
        lease.Dispose();
        Assert.False(gate.IsHeld);
    }

    [Fact]
    public Task WhoIsNotified_GoesOnWithTheLock_BehindThoseWhoWaitedForIt() => AsyncTest.RunAsync(async env =>
    {
        var gate = new AsyncLock();
        var condition = new AsyncConditionVariable(gate);
        ValueTask first = condition.WaitAsync(await gate.LockAsync());
        AsyncLock.Lease second = await gate.LockAsync();
        ValueTask waiting = condition.WaitAsync(second);
        AsyncLock.Lease notifier = await gate.LockAsync();
        ValueTask<AsyncLock.Lease> third = gate.LockAsync();

        condition.NotifyAll();
        Assert.Equal(0, condition.WaiterCount);
        Assert.Equal(3, gate.WaiterCount);
        Assert.False(first.IsCompleted);

        notifier.Dispose();
        AsyncLock.Lease last = await third;
        await env.IdleAsync();
        Assert.False(first.IsCompleted);
        last.Dispose();
        await first;
        await env.IdleAsync();
        Assert.False(waiting.IsCompleted);
        Assert.Equal(1, gate.WaiterCount);
    });

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public Task Notify_WakesAsManyAsItSays_WhoWaitedLongest(int count) => AsyncTest.RunAsync(async env =>
    {
        const int Waiters = 5;
        var gate = new AsyncLock();
        var condition = new AsyncConditionVariable(gate);
        List<int> woken = [];
        Task[] waiting = [.. Enumerable.Range(0, Waiters).Select(i => env.Start($"waiter {i}", () => WaitAsync(i)))];
        await env.IdleAsync();

        condition.Notify(count);
        await env.IdleAsync();
        Assert.Equal(Enumerable.Range(0, Math.Min(count, Waiters)), woken);
        Assert.Equal(Waiters - woken.Count, condition.WaiterCount);

        condition.NotifyAll();
        await Task.WhenAll(waiting);
        Assert.Equal(Enumerable.Range(0, Waiters), woken);

        async Task WaitAsync(int number)
        {
            using AsyncLock.Lease lease = await gate.LockAsync();
            await condition.WaitAsync(lease);
            woken.Add(number);
        }
    });

    [Fact]
    public async Task ANotificationThatFindsNobody_IsNotKept()
    {
        var gate = new AsyncLock();
        var condition = new AsyncConditionVariable(gate);
        condition.Notify();
        condition.NotifyAll();
        AsyncLock.Lease lease = await gate.LockAsync();

        Assert.False(condition.WaitAsync(lease).IsCompleted);
        Assert.Throws<ArgumentOutOfRangeException>("count", () => condition.Notify(0));
        Assert.Equal(1, condition.WaiterCount);
    }

    [Fact]
    public async Task ALease_MustBeThePresentHoldOfTheLock()
    {
        var gate = new AsyncLock("orders");
        var condition = new AsyncConditionVariable(gate, "filled");
        AsyncLock.Lease other = await new AsyncLock("other").LockAsync();
        AsyncLock.Lease released = await gate.LockAsync();
        released.Dispose();
        AsyncLock.Lease waiting = await gate.LockAsync();
        ValueTask wait = condition.WaitAsync(waiting);

        foreach (Action<AsyncLock.Lease> begin in Waits(condition))
        {
            Refused<ArgumentException>(other, "AsyncLock \"orders\"", "AsyncLock \"other\"");
            Refused<ArgumentException>(default, "AsyncLock \"orders\"", "no lock");
            Refused<SynchronizationLockException>(released, "AsyncLock \"orders\"", "\"filled\"", "was released");
            Refused<SynchronizationLockException>(waiting, "is waiting already");

            void Refused<T>(AsyncLock.Lease lease, params string[] words)
                where T : Exception
            {
                T refused = Assert.Throws<T>(() => begin(lease));
                Assert.All(words, word => Assert.Contains(word, refused.Message));
            }
        }

        Assert.Equal(1, condition.WaiterCount);
        Assert.False(gate.IsHeld);
        condition.Notify();
        await wait;
    }

    [Fact]
    public async Task WhileItWaits_ALeaseIsNoHold()
    {
        var gate = new AsyncLock();
        var condition = new AsyncConditionVariable(gate);
        AsyncLock.Lease lease = await gate.LockAsync();
        ValueTask waiting = condition.WaitAsync(lease);

        lease.Dispose();
        AsyncLock.Lease other = await gate.LockAsync();
        lease.Dispose();
        Assert.True(gate.IsHeld);
        condition.Notify();
        lease.Dispose();
        Assert.False(waiting.IsCompleted);

        other.Dispose();
        await waiting;
        Assert.True(gate.IsHeld);
        lease.Dispose();
        Assert.False(gate.IsHeld);
    }

    [Fact]
    public async Task OldLeasesOfOthers_DoNotFreeALockThatWasTakenAgain()
    {
        var gate = new AsyncLock();
        var condition = new AsyncConditionVariable(gate);
        List<AsyncLock.Lease> old = [];
        AsyncLock.Lease first = await gate.LockAsync();
        for (var round = 0; round < 4; round++)
        {
            ValueTask waiting = condition.WaitAsync(first);
            for (var i = 0; i < 3; i++)
            {
                AsyncLock.Lease other = await gate.LockAsync();
                old.Add(other);
                if (i is 2) condition.Notify();
                other.Dispose();
            }

            await waiting;
            old.ForEach(static lease => lease.Dispose());
            Assert.True(gate.IsHeld);
            Assert.False(gate.TryLock(out _));
        }

        first.Dispose();
        AsyncLock.Lease next = await gate.LockAsync();
        first.Dispose();
        old.ForEach(static lease => lease.Dispose());
        Assert.True(gate.IsHeld);
        next.Dispose();
        Assert.False(gate.IsHeld);
        Assert.True(gate.TryLock(out _));
    }

    [Fact]
    public async Task TwoWhoWait_GetTheLockBackUnderTheirOwnLeases()
    {
        var gate = new AsyncLock();
        var condition = new AsyncConditionVariable(gate);
        AsyncLock.Lease one = await gate.LockAsync();
        ValueTask first = condition.WaitAsync(one);
        AsyncLock.Lease other = await gate.LockAsync();
        ValueTask second = condition.WaitAsync(other);

        condition.NotifyAll();
        await first;
        other.Dispose();
        Assert.False(second.IsCompleted);
        one.Dispose();
        await second;
        one.Dispose();
        Assert.True(gate.IsHeld);
        other.Dispose();
        Assert.False(gate.IsHeld);
        Assert.True(gate.TryLock(out _));
    }

    [Fact]
    public Task AWaitInAWait_KeepsTheLeaseAcrossManyRounds() => AsyncTest.RunAsync(async env =>
    {
        var gate = new AsyncLock();
        var condition = new AsyncConditionVariable(gate);
        var turn = 0;

        await Task.WhenAll(env.Start("even", () => PlayAsync(0)), env.Start("odd", () => PlayAsync(1)));

        Assert.Equal(200, turn);
        Assert.False(gate.IsHeld);

        async Task PlayAsync(int own)
        {
            using AsyncLock.Lease lease = await gate.LockAsync();
            for (var i = 0; i < 100; i++)
            {
                while (turn % 2 != own) await condition.WaitAsync(lease);
                turn++;
                condition.Notify();
            }
        }
    });

    [Fact]
    public async Task AWaitThatNobodyEnds_IsADeadlockWithItsName()
    {
        var deadlock = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(async _ =>
        {
            var gate = new AsyncLock("orders");
            using AsyncLock.Lease lease = await gate.LockAsync();
            await new AsyncConditionVariable(gate, "filled").WaitAsync(lease);
        }));

        Assert.Equal(AsyncTestFailure.Deadlock, deadlock.Failure);
        Assert.Contains("waits for AsyncConditionVariable \"filled\" (", deadlock.Message);
        Assert.DoesNotContain("AsyncLock \"orders\"", deadlock.Message);
    }

    [Fact]
    public async Task Listeners_HearThatTheHoldEndsForTheWait_AndIsThereAgain()
    {
        var gate = new AsyncLock("orders");
        var condition = new AsyncConditionVariable(gate);
        var listener = new RecordingListener(gate);
        using var source = new CancellationTokenSource();
        using (AsyncDiagnostics.Subscribe(DiagnosticEvents.Waits, listener))
        {
            using AsyncLock.Lease lease = await gate.LockAsync(CancellationToken.None);
            Task cancelled = condition.WaitAsync(lease, source.Token).AsTask();
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => condition.WaitAsync(lease, source.Token).AsTask());
            Assert.False(await condition.TryWaitAsync(lease, TimeSpan.Zero));
        }

        const string Holder = "wait 1 for AsyncLock \"orders\"";
        Assert.Equal(
            [$"{Holder} holds", $"{Holder} gives back", $"{Holder} holds", $"{Holder} gives back"],
            listener.Lines.Where(static line => !line.StartsWith("about", StringComparison.Ordinal)));
    }

    [Fact]
    public void Names_StandInMessages()
    {
        var gate = new AsyncLock();
        var condition = new AsyncConditionVariable(gate, "filled");
        AsyncLock.Lease lease = gate.Lock();

        Assert.Equal("filled", condition.Name);
        Assert.Equal("AsyncConditionVariable \"filled\"", condition.ToString());
        Assert.Null(new AsyncConditionVariable(gate).Name);
        foreach (Action wait in new Action[]
        {
            () => condition.Wait(lease, TimeSpan.Zero),
            () => condition.WaitUntil(lease, () => false, TimeSpan.Zero),
            () => condition.Wait(lease, TimeSpan.FromMicroseconds(1)),
            () => condition.WaitUntil(lease, () => false, TimeSpan.FromMicroseconds(1)),
        })
        {
            Assert.Contains("AsyncConditionVariable \"filled\"", Assert.Throws<TimeoutException>(wait).Message);
        }

        lease.Dispose();
        Assert.Contains("AsyncLock", Assert.Throws<TimeoutException>(() => LockTwice(gate)).Message);
    }

    private static void LockTwice(AsyncLock gate)
    {
        using AsyncLock.Lease lease = gate.Lock();
        gate.Lock(TimeSpan.Zero);
    }

    private static IEnumerable<Action<AsyncLock.Lease>> Waits(AsyncConditionVariable condition) =>
    [
        lease => _ = condition.WaitAsync(lease).AsTask(),
        lease => _ = condition.WaitAsync(lease, _second).AsTask(),
        lease => _ = condition.TryWaitAsync(lease, _second).AsTask(),
        lease => _ = condition.WaitUntilAsync(lease, () => true).AsTask(),
        lease => _ = condition.WaitUntilAsync(lease, () => true, _second).AsTask(),
        lease => _ = condition.TryWaitUntilAsync(lease, () => true, _second).AsTask(),
        lease => condition.Wait(lease),
        lease => condition.Wait(lease, _second),
        lease => condition.TryWait(lease, _second),
        lease => condition.WaitUntil(lease, () => true),
        lease => condition.WaitUntil(lease, () => true, _second),
        lease => condition.TryWaitUntil(lease, () => true, _second),
    ];
}
