using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Synchronization;

public class AsyncLockTests
{
    [Fact]
    public async Task OneHolderAtATime_TheOthersInTheOrderOfTheirArrival()
    {
        var gate = new AsyncLock();
        AsyncLock.Lease held = await gate.LockAsync();
        ValueTask<AsyncLock.Lease> second = gate.LockAsync();
        ValueTask<AsyncLock.Lease> third = gate.LockAsync();
        Assert.True(gate.IsHeld);
        Assert.Equal(2, gate.WaiterCount);

        held.Dispose();
        Assert.True(second.IsCompleted);
        Assert.False(third.IsCompleted);
        (await second).Dispose();
        (await third).Dispose();

        Assert.False(gate.IsHeld);
        Assert.Equal(0, gate.WaiterCount);
    }

    [Fact]
    public async Task AReleaseHandsTheLockOver_SoThatNobodyGetsInBetween()
    {
        var gate = new AsyncLock();
        AsyncLock.Lease held = await gate.LockAsync();
        ValueTask<AsyncLock.Lease> waiting = gate.LockAsync();

        held.Dispose();

        Assert.True(gate.IsHeld);
        Assert.False(gate.TryLock(out _));
        (await waiting).Dispose();
        Assert.True(gate.TryLock(out AsyncLock.Lease lease));
        lease.Dispose();
    }

    [Fact]
    public void TheName_StandsInMessages()
    {
        var gate = new AsyncLock("orders");
        using AsyncLock.Lease held = gate.Lock();

        TimeoutException late = Assert.Throws<TimeoutException>(() => gate.Lock(TimeSpan.Zero));

        Assert.Equal("AsyncLock \"orders\"", gate.ToString());
        Assert.Contains("AsyncLock \"orders\"", late.Message);
        Assert.Equal("orders", gate.Name);
        Assert.Null(new AsyncLock().Name);
    }

    [Fact]
    public async Task AHolderThatWaitsForItself_IsADeadlockWithNames()
    {
        var deadlock = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(async _ =>
        {
            var gate = new AsyncLock("ledger");
            using AsyncLock.Lease outer = await gate.LockAsync();
            using AsyncLock.Lease inner = await gate.LockAsync();
        }));

        Assert.Equal(AsyncTestFailure.Deadlock, deadlock.Failure);
        Assert.Contains(
            "Cycle: test waits for AsyncLock \"ledger\", held by test",
            deadlock.Message);
    }

    [Fact]
    public async Task HoldsAndWaits_NeverOverlap_UnderAnySchedule() => await AsyncTest.ExploreAsync(
        static async env =>
        {
            var gate = new AsyncLock(timeProvider: env.Time);
            var inside = 0;
            var entered = 0;
            env.Always(() => inside <= 1, "at most one holds the lock");
            using var cancellation = new CancellationTokenSource();

            await Task.WhenAll(
                env.Start("patient", () => UseAsync(gate.LockAsync())),
                env.Start("impatient", () => UseAsync(gate.TryLockAsync(TimeSpan.FromSeconds(1)))),
                env.Start("cancelled", () => UseAsync(gate.LockAsync(cancellation.Token))),
                env.Start("canceller", AtOnce.Do(cancellation.Cancel)));

            Assert.False(gate.IsHeld);
            Assert.Equal(0, gate.WaiterCount);
            Assert.InRange(entered, 1, 3);

            async Task UseAsync(ValueTask<AsyncLock.Lease> wait)
            {
                try
                {
                    using AsyncLock.Lease lease = await wait;
                    if (!lease.IsAcquired) return;
                    inside++;
                    entered++;
                    await env.DelayAsync(TimeSpan.FromSeconds(1));
                    inside--;
                }
                catch (OperationCanceledException)
                {
                    Assert.True(cancellation.IsCancellationRequested);
                }
            }
        },
        new ExploreOptions { Schedules = 10_000 });
}
