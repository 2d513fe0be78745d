using AsyncKit.Synchronization;

namespace AsyncKit.Tests.Synchronization;

/// <summary>A rate on clocks that fail, and that count from anywhere; and numbers that are too large.</summary>
public class AsyncRateLimiterClockTests
{
    private const int Limit = 30_000;

    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Theory(Timeout = Limit)]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public async Task WhereverAClockFails_ThatWaitFailsOrGoesOn_AndTheOthersGetTheirPermits(int times)
    {
        var first = 0;
        bool hasFailed;
        do
        {
            var clock = new FailingClock();
            var limiter = new AsyncRateLimiter(1, _second, timeProvider: clock);
            Assert.True(limiter.TryAcquire());

            clock.Fail(++first, times, () => new IOException("no clock"));
            Task wait = AcquireAsync(limiter);
            hasFailed = clock.FailNoMore();
            Assert.Equal(wait.IsFaulted ? 0 : 1, limiter.WaiterCount);
            if (wait.IsFaulted) await Assert.ThrowsAsync<IOException>(() => wait);
            else Assert.True(!hasFailed || times is 1, "There is nothing that could end the wait.");

            // Nobody else comes meanwhile, who might set the timer.
            clock.Advance(_second);
            if (!wait.IsFaulted) await wait;
            else Assert.True(limiter.TryAcquire());
            ValueTask later = limiter.AcquireAsync();
            clock.Advance(_second);
            Assert.True(later.IsCompletedSuccessfully);
            await later;
        }
        while (hasFailed);

        // A timer is made, the time is read for the permits and for the timer, and the timer is set.
        Assert.InRange(first - 1, 4, int.MaxValue);
    }

    // Timestamps need not count from zero: each second brings one permit, whatever the clock shows.
    [Fact]
    public void ARateIsKept_WhereverTheClockCountsFrom()
    {
        TimeSpan[] starts = [TimeSpan.MinValue, TimeSpan.FromSeconds(-500), TimeSpan.FromDays(9_999)];
        foreach (TimeSpan start in starts)
        {
            var clock = new HandWoundClock { Now = start };
            var limiter = new AsyncRateLimiter(1, _second, timeProvider: clock);
            Assert.True(limiter.TryAcquire());
            ValueTask wait = limiter.AcquireAsync();
            Assert.Equal(_second, clock.SetFor);

            clock.Now += _second;
            clock.Fire();
            Assert.True(wait.IsCompletedSuccessfully);
            Assert.False(limiter.TryAcquire());
            clock.Now += _second;
            Assert.True(limiter.TryAcquire());
        }
    }

    [Theory]
    [InlineData(1.1e12)]
    [InlineData(1e17)]
    [InlineData(1e303)]
    public void ABurstInWhichASinglePermitWouldBeLost_IsRefused(double burst) =>
        Assert.Throws<ArgumentOutOfRangeException>(
            nameof(burst), () => _ = new AsyncRateLimiter(1, _second, burst));

    [Fact]
    public void OfTheLargestBurst_EachPermitCounts()
    {
        const double Burst = 1e12;
        var limiter = new AsyncRateLimiter(1, _second, Burst, timeProvider: new HandWoundClock());

        for (var i = 0; i < 1_000; i++) Assert.True(limiter.TryAcquire());

        Assert.Equal(Burst - 1_000, limiter.CurrentPermits);
    }

    // What a call throws at once, and what its task does, are the same to its caller.
    private static async Task AcquireAsync(AsyncRateLimiter limiter) => await limiter.AcquireAsync();
}
