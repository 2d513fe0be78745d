using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Synchronization;

public class AsyncRateLimiterTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    // The last is due at exactly that moment, or with the tick of the clock after it.
    [Theory]
    [InlineData(10, 1, 1_000, 99.9)]
    [InlineData(1, 10, 1_000, 9_990)]
    [InlineData(3, 1, 1_000, 333)]
    [InlineData(7, 1, 1_001, 142.857_142_9)]
    [InlineData(0.1, 1, 1_000, 9_990)]
    [InlineData(0.3, 1, 1_000, 3_330)]
    [InlineData(1_000_000, 1, 10_001, 0.01)]
    [InlineData(3, 86_400, 1_000, 28_771_200)]
    public Task TheRateIsKeptToTheTick(double permits, double period, int count, double seconds) =>
        AsyncTest.RunAsync(async env =>
        {
            var limiter = new AsyncRateLimiter(permits, TimeSpan.FromSeconds(period), timeProvider: env.Time);

            for (var i = 0; i < count; i++) await limiter.AcquireAsync();

            Assert.Equal(TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond)), env.Elapsed);
        });

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.3)]
    [InlineData(0.7)]
    public Task FractionsAddUp(double permits) => AsyncTest.RunAsync(async env =>
    {
        const int Count = 10_000;
        var limiter = new AsyncRateLimiter(1, _second, timeProvider: env.Time);
        await limiter.AcquireAsync();

        for (var i = 0; i < Count; i++) await limiter.AcquireAsync(permits);

        Assert.Equal(Count * permits * _second, env.Elapsed);
    });

    [Fact]
    public Task NoGrantComesBeforeItsPermits() => AsyncTest.RunAsync(async env =>
    {
        var limiter = new AsyncRateLimiter(3, _second, burst: 2, timeProvider: env.Time);
        var random = new Random(20_261_126);
        double used = 0;
        for (var i = 0; i < 2_000; i++)
        {
            if (random.Next(4) is 0) await env.DelayAsync(random.NextDouble() * _second);
            double permits = random.NextDouble() * 2;
            await limiter.AcquireAsync(permits);
            used += permits;

            // Never more than the burst and what has come since the start; a tick brings less than a millionth.
            Assert.InRange(used, 0, 2 + (3 * env.Elapsed.TotalSeconds) + 1e-6);
        }
    });

    [Fact]
    public Task ItIsFullAtTheStart_AndSavesUpAsMuchAsTheBurst() => AsyncTest.RunAsync(async env =>
    {
        var limiter = new AsyncRateLimiter(10, _second, burst: 5, timeProvider: env.Time);
        Assert.Equal(5, limiter.Burst);
        Assert.Equal(5, limiter.CurrentPermits);
        Assert.True(TryNow(limiter, 2.5));
        Assert.Equal(2.5, limiter.CurrentPermits);
        Assert.False(TryNow(limiter, 3));
        Assert.True(TryNow(limiter, 2.5));
        Assert.Equal(0, limiter.CurrentPermits);
        Assert.False(TryNow(limiter));

        await env.DelayAsync(0.25 * _second);
        Assert.Equal(2.5, limiter.CurrentPermits);
        await env.DelayAsync(100 * _second);
        Assert.Equal(5, limiter.CurrentPermits);
        await limiter.AcquireAsync(5);
        await limiter.AcquireAsync(5);
        Assert.Equal(100.75 * _second, env.Elapsed);
    });

    [Fact]
    public Task WhatIsSaved_CountsForTheNext() => AsyncTest.RunAsync(async env =>
    {
        var limiter = new AsyncRateLimiter(1, _second, burst: 3, timeProvider: env.Time);
        await limiter.AcquireAsync(3);
        await env.DelayAsync(1.5 * _second);

        await limiter.AcquireAsync(2);
        Assert.Equal(2 * _second, env.Elapsed);
        await limiter.AcquireAsync(0.5);
        Assert.Equal(2.5 * _second, env.Elapsed);
    });

    [Fact]
    public Task ABigRequestAtTheFront_IsNotOvertaken() => AsyncTest.RunAsync(async env =>
    {
        var limiter = new AsyncRateLimiter(1, _second, burst: 5, timeProvider: env.Time);
        await limiter.AcquireAsync(4);
        List<(string Who, double At)> granted = [];
        Task[] waiting = [WaitAsync("big", 5), WaitAsync("small", 0.5), WaitAsync("other", 2)];
        await env.IdleAsync();
        Assert.Equal(3, limiter.WaiterCount);
        Assert.Equal(1, limiter.CurrentPermits);
        Assert.False(TryNow(limiter, 0.5));
        Assert.False(await limiter.TryAcquireAsync(0.5, TimeSpan.Zero));

        await Task.WhenAll(waiting);
        Assert.Equal([("big", 4), ("small", 4.5), ("other", 6.5)], granted);
        Assert.Equal(0, env.Time.TimerCount);

        Task WaitAsync(string who, double permits) => env.Start(who, async () =>
        {
            await limiter.AcquireAsync(permits);
            granted.Add((who, env.Elapsed.TotalSeconds));
        });
    });

    [Fact]
    public Task WhenTheFrontLeaves_TheNextGoesAsSoonAsItMay() => AsyncTest.RunAsync(async env =>
    {
        var limiter = new AsyncRateLimiter(1, _second, burst: 5, timeProvider: env.Time);
        await limiter.AcquireAsync(5);
        using var source = new CancellationTokenSource();
        Task big = limiter.AcquireAsync(5, source.Token).AsTask();
        Task small = limiter.AcquireAsync(2).AsTask();
        Task later = limiter.AcquireAsync(2).AsTask();

        await env.DelayAsync(3 * _second);
        Assert.False(small.IsCompleted);
        await source.CancelAsync();
        await small;
        Assert.Equal(3 * _second, env.Elapsed);
        await later;
        Assert.Equal(4 * _second, env.Elapsed);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => big);
        Assert.Equal(0, limiter.CurrentPermits);
    });

    [Fact]
    public Task AWaitThatThrows_HasUsedNothing() => AsyncTest.RunAsync(async env =>
    {
        var limiter = new AsyncRateLimiter(1, _second, burst: 2, name: "api", timeProvider: env.Time);
        var cancelled = new CancellationToken(canceled: true);
        Assert.True(limiter.AcquireAsync(1, cancelled).IsCanceled);
        Assert.Equal(2, limiter.CurrentPermits);
        await limiter.AcquireAsync(2);

        Task late = limiter.AcquireAsync(2, 1.5 * _second).AsTask();
        TimeoutException thrown = await Assert.ThrowsAsync<TimeoutException>(() => late);
        Assert.Contains("AsyncRateLimiter \"api\"", thrown.Message);
        Assert.Equal(1.5, limiter.CurrentPermits);
        Assert.False(await limiter.TryAcquireAsync(2, 0.25 * _second));
        Assert.True(await limiter.TryAcquireAsync(2, 0.25 * _second));
        Assert.Equal(2 * _second, env.Elapsed);
        Assert.Equal(0, limiter.CurrentPermits);
    });

    [Fact]
    public void ALateTimer_LosesNothing_AndSavesUpNoMoreThanTheBurst()
    {
        var clock = new HandWoundClock();
        var limiter = new AsyncRateLimiter(1, _second, timeProvider: clock);
        Assert.True(limiter.TryAcquire());
        Task[] waiting = [.. Enumerable.Range(0, 5).Select(_ => limiter.AcquireAsync().AsTask())];

        clock.Now = 3.5 * _second;
        Assert.Equal(5, limiter.WaiterCount);
        Assert.False(limiter.TryAcquire());
        Assert.Equal(2, limiter.WaiterCount);
        clock.Now = 7.5 * _second;
        clock.Fire();
        Assert.Equal(0, limiter.WaiterCount);
        Assert.Equal(1, limiter.CurrentPermits);
        Assert.True(limiter.TryAcquire());
        Assert.False(limiter.TryAcquire());
        Assert.All(waiting, static task => Assert.False(task.IsFaulted || task.IsCanceled));
    }

    [Fact]
    public void TheNextIsCountedFromTheMomentOfTheGrant_NotFromWhenTheTimerFired()
    {
        var clock = new HandWoundClock();
        var limiter = new AsyncRateLimiter(1, _second, timeProvider: clock);
        Assert.True(limiter.TryAcquire());
        for (var i = 1; i <= 100; i++)
        {
            Assert.False(limiter.AcquireAsync().IsCompleted);
            clock.Now = (i * _second) - TimeSpan.FromTicks(1);
            clock.Fire();
            Assert.Equal(1, limiter.WaiterCount);

            clock.Now = (i + 0.9) * _second;
            clock.Fire();
            Assert.Equal(0, limiter.WaiterCount);
        }

        Assert.Equal(0.9, limiter.CurrentPermits, 1e-9);
    }

    // One loop, a burst of 1, and timers that are a millisecond late: all that comes back is used all the same.
    [Fact]
    public void ALoop_LosesNothingToTimersThatAreLate()
    {
        var clock = new HandWoundClock();
        var limiter = new AsyncRateLimiter(1_000, _second, timeProvider: clock);
        var used = 0;

        while (clock.Now < _second)
        {
            if (!limiter.AcquireAsync().IsCompleted)
            {
                clock.Now += TimeSpan.FromMilliseconds(2.5);
                clock.Fire();
                Assert.Equal(0, limiter.WaiterCount);
            }

            used++;
        }

        Assert.InRange(used, 995, 1_001);
    }

    [Fact]
    public void ATimerThatIsMuchTooLate_GivesNoMoreThanTheBurst()
    {
        var clock = new HandWoundClock();
        var limiter = new AsyncRateLimiter(1, _second, timeProvider: clock);
        Assert.True(limiter.TryAcquire());
        Assert.False(limiter.AcquireAsync().IsCompleted);

        clock.Now = TimeSpan.FromHours(1);
        clock.Fire();

        Assert.True(limiter.TryAcquire());
        Assert.False(limiter.TryAcquire());
    }

    [Fact]
    public void AClockThatIsReadTooEarly_DoesNotSetTimeBack()
    {
        var clock = new HandWoundClock { Now = 10 * _second };
        var limiter = new AsyncRateLimiter(1, _second, burst: 5, timeProvider: clock);
        Assert.True(limiter.TryAcquire(5));
        clock.Now = 12 * _second;
        Assert.True(limiter.TryAcquire(1));

        clock.Now = 11 * _second;

        Assert.Equal(1, limiter.CurrentPermits);
        Assert.True(limiter.TryAcquire(1));
    }

    [Fact]
    public Task WhatIsDueAfterTheLongestTimer_IsGranted() => AsyncTest.RunAsync(async env =>
    {
        var limiter = new AsyncRateLimiter(1, TimeSpan.FromDays(1_000), timeProvider: env.Time);
        await limiter.AcquireAsync();

        await limiter.AcquireAsync();

        Assert.Equal(TimeSpan.FromDays(1_000), env.Elapsed);
    });

    [Fact]
    public void ARateOfAnySize_IsOne()
    {
        var limiter = new AsyncRateLimiter(1e300, _second, timeProvider: new ManualTimeProvider());
        for (var i = 0; i < 100; i++) Assert.True(limiter.TryAcquire());

        var never = new AsyncRateLimiter(1e-300, _second, timeProvider: new ManualTimeProvider());
        Assert.True(never.TryAcquire());
        Assert.False(never.AcquireAsync().IsCompleted);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void WhatIsNoAmount_IsRefusedByName(double wrong)
    {
        Refused("permits", () => _ = new AsyncRateLimiter(wrong, _second));
        Refused("burst", () => _ = new AsyncRateLimiter(1, _second, wrong));
        var limiter = new AsyncRateLimiter(1, _second);
        Refused("permits", () => limiter.TryAcquire(wrong));
        Refused("permits", () => _ = limiter.AcquireAsync(wrong).AsTask());
        Refused("permits", () => _ = limiter.AcquireAsync(wrong, _second).AsTask());
        Refused("permits", () => _ = limiter.TryAcquireAsync(wrong, _second).AsTask());
        Assert.Equal(1, limiter.CurrentPermits);

        static void Refused(string name, Action call) => Assert.Contains(
            "more than zero, and finite", Assert.Throws<ArgumentOutOfRangeException>(name, call).Message);
    }

    [Fact]
    public void MoreThanTheBurst_IsRefused_AsItWouldNeverBeGranted()
    {
        var limiter = new AsyncRateLimiter(100, _second, burst: 2.5);
        Assert.True(limiter.TryAcquire(2.5));

        var refused = Assert.Throws<ArgumentOutOfRangeException>(
            "permits", () => { _ = limiter.AcquireAsync(3).AsTask(); });

        Assert.Contains("burst of 2.5", refused.Message);
        Assert.Contains("was 3", refused.Message);
        Assert.Throws<ArgumentOutOfRangeException>("period", () => new AsyncRateLimiter(1, TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>("period", () => new AsyncRateLimiter(1, -_second));
    }

    [Fact]
    public void Names_StandInMessages()
    {
        var limiter = new AsyncRateLimiter(1, _second, name: "api");

        Assert.Equal("api", limiter.Name);
        Assert.Equal("AsyncRateLimiter \"api\"", limiter.ToString());
        Assert.Equal("AsyncRateLimiter", new AsyncRateLimiter(1, _second).ToString());
    }

    private static bool TryNow(AsyncRateLimiter limiter, double permits = 1) => limiter.TryAcquire(permits);
}
