using AsyncKit.Synchronization;

namespace AsyncKit.Tests.Synchronization;

/// <summary>Limits on clocks that fail, that are coarse, and that are set back. All primitives wait in such a queue.
/// </summary>
public class AsyncLockClockTests
{
    private const int Limit = 30_000;

    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _millisecond = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan _longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    [Theory(Timeout = Limit)]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public async Task WhereverAClockFails_ThatWaitFails_AndNeitherTheLockNorALaterLimitIsLost(int times)
    {
        var first = 0;
        bool hasFailed;
        do
        {
            var clock = new FailingClock();
            var gate = new AsyncLock(timeProvider: clock);
            AsyncLock.Lease held = await gate.LockAsync();

            clock.Fail(++first, times, () => new IOException("no clock"));
            Task<AsyncLock.Lease> wait = LockAsync(gate);
            hasFailed = clock.FailNoMore();
            if (hasFailed) await Assert.ThrowsAsync<IOException>(() => wait);
            Assert.Equal(hasFailed ? 0 : 1, gate.WaiterCount);

            ValueTask<AsyncLock.Lease> later = gate.TryLockAsync(_second);
            clock.Advance(_second);
            Assert.True(later.IsCompleted);
            Assert.False((await later).IsAcquired);
            held.Dispose();
            Assert.False(gate.IsHeld);
            if (!hasFailed) await Assert.ThrowsAsync<TimeoutException>(() => wait);
        }
        while (hasFailed);

        // A timer is made, the time is read for the limit and for the timer, and the timer is set.
        Assert.Equal(4, first - 1);
    }

    [Fact]
    public async Task AReleaseThatCannotStopTheTimer_DoesNotThrow_AndLaterLimitsEnd()
    {
        var clock = new FailingClock();
        var gate = new AsyncLock(timeProvider: clock);
        AsyncLock.Lease held = await gate.LockAsync();
        ValueTask<AsyncLock.Lease> granted = gate.LockAsync(_second);

        clock.Fail(first: 1, count: 1, () => new IOException("no clock"));
        held.Dispose();

        Assert.True(clock.FailNoMore());
        Assert.True(granted.IsCompleted);
        held = await granted;
        ValueTask<AsyncLock.Lease> late = gate.TryLockAsync(_second / 2);
        clock.Advance(_second / 2);
        Assert.True(late.IsCompleted);
        Assert.False((await late).IsAcquired);
        held.Dispose();
        Assert.False(gate.IsHeld);
    }

    // The lock of the system's timers throws it, where it is contended. The third call is that for the timer.
    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    public void AnInterruptWhileTheTimerIsSet_IsLeftToTheThread_AndTheLimitEnds(int call)
    {
        var clock = new FailingClock();
        var gate = new AsyncLock(timeProvider: clock);
        using AsyncLock.Lease held = gate.Lock();
        clock.Fail(call, count: 1, () => new ThreadInterruptedException());

        ValueTask<AsyncLock.Lease> wait = gate.TryLockAsync(_second);

        Assert.True(clock.FailNoMore());
        Assert.True(Interrupts.TakeOwn());
        Assert.False(wait.IsCompleted);
        clock.Advance(_second);
        Assert.True(wait.IsCompleted);
    }

    [Theory]
    [InlineData(0.9, 1)]
    [InlineData(10.9, 11)]
    public void ATimerThatCutsOffPartsOfAMillisecond_FiresTooSoonOnce_AndNotAgainAndAgain(double limit, double set)
    {
        var clock = new HandWoundClock();
        var gate = new AsyncLock(timeProvider: clock);
        using AsyncLock.Lease held = gate.Lock();
        ValueTask<AsyncLock.Lease> wait = gate.TryLockAsync(limit * _millisecond);
        Assert.Equal(limit * _millisecond, clock.SetFor);

        clock.Fire();
        Assert.Equal(set * _millisecond, clock.SetFor);
        Assert.False(wait.IsCompleted);
        clock.Now = set * _millisecond;
        clock.Fire();

        Assert.True(wait.IsCompleted);
    }

    // As much as a timer may be late: the limit has passed when the clock shows it, and not before.
    [Theory]
    [InlineData(1, 990, 900, 2_000)]
    [InlineData(1, 0, 1_000, 2_000)]
    [InlineData(1_000, 0.9, 0.5, 2)]
    [InlineData(1_000, 5, 15, 21)]
    public void OnACoarseClock_NoLimitEndsTooSoon(long frequency, double start, double limit, double end)
    {
        var clock = new HandWoundClock(frequency) { Now = start * _millisecond };
        var gate = new AsyncLock(timeProvider: clock);
        using AsyncLock.Lease held = gate.Lock();
        ValueTask<AsyncLock.Lease> wait = gate.TryLockAsync(limit * _millisecond);

        clock.Now += (limit * _millisecond) - TimeSpan.FromTicks(1);
        clock.Fire();
        Assert.False(wait.IsCompleted);
        clock.Now = end * _millisecond;
        clock.Fire();

        Assert.True(wait.IsCompleted);
    }

    // By some days; and from the last of all timestamps to the first.
    [Fact]
    public void AClockThatIsSetBack_SetsNoTimerForMoreThanItTakes()
    {
        (TimeSpan Start, TimeSpan Back)[] clocks =
            [(TimeSpan.FromHours(100), TimeSpan.Zero), (TimeSpan.MaxValue - (2 * _longest), TimeSpan.MinValue)];
        foreach ((TimeSpan start, TimeSpan back) in clocks)
        {
            var clock = new HandWoundClock { Now = start };
            var gate = new AsyncLock(timeProvider: clock);
            using AsyncLock.Lease held = gate.Lock();
            ValueTask<AsyncLock.Lease> longest = gate.TryLockAsync(_longest);

            clock.Now = back;
            ValueTask<AsyncLock.Lease> shortest = gate.TryLockAsync(_second);
            Assert.Equal(_second, clock.SetFor);
            clock.Now += _second;
            clock.Fire();
            Assert.True(shortest.IsCompleted);
            Assert.Equal(_longest, clock.SetFor);
            Assert.False(longest.IsCompleted);
            clock.Now = start + _longest;
            clock.Fire();

            Assert.True(longest.IsCompleted);
        }
    }

    // What a call throws at once, and what its task does, are the same to its caller.
    private static async Task<AsyncLock.Lease> LockAsync(AsyncLock gate) => await gate.LockAsync(_second);
}
