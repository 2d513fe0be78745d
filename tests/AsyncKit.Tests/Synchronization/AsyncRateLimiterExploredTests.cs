using AsyncKit.Synchronization;
using AsyncKit.Testing;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Synchronization;

/// <summary>Requests, cancellations and time limits that meet at a limiter, and crowds of them.</summary>
[Collection(typeof(Alone))]
public class AsyncRateLimiterExploredTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task RequestsOfAnyKind_NeverGetMoreThanThereIs_AndNoneIsForgotten() => await AsyncTest.ExploreAsync(
        static async env =>
        {
            const double Burst = 2;
            var limiter = new AsyncRateLimiter(1, _second, Burst, timeProvider: env.Time);
            using var source = new CancellationTokenSource();
            double used = 0;
            env.Always(() => used <= Burst + env.Elapsed.TotalSeconds + 1e-6, "no more than the burst and the rate");

            await Task.WhenAll(
                env.Start("big", () => UseAsync(2, async () => await limiter.AcquireAsync(2))),
                env.Start("small", () => UseAsync(1, async () => await limiter.AcquireAsync())),
                env.Start("cancelled", () => UseAsync(1.5, async () => await limiter.AcquireAsync(1.5, source.Token))),
                env.Start("limited", () => TryAsync(1, () => limiter.TryAcquireAsync(1, _second))),
                env.Start("at once", () => TryAsync(1, () => new ValueTask<bool>(limiter.TryAcquire()))),
                env.Start("canceller", AtOnce.Do(source.Cancel)));

            Assert.InRange(used, 3, 6.5);
            Assert.Equal((0, 0), (limiter.WaiterCount, env.Time.TimerCount));

            async Task UseAsync(double permits, Func<Task> acquire)
            {
                try
                {
                    await acquire();
                    used += permits;
                }
                catch (OperationCanceledException e)
                {
                    Assert.Equal(source.Token, e.CancellationToken);
                }
            }

            async Task TryAsync(double permits, Func<ValueTask<bool>> acquire)
            {
                if (await acquire()) used += permits;
            }
        },
        new ExploreOptions { Schedules = LongSuite.Count(10_000, 20_000) });

    [Fact]
    public async Task CancelledAnywhere_ItHasUsedNothing() => await AsyncTest.CancelEverywhereAsync(
        static async (env, cancellationToken) =>
        {
            var limiter = new AsyncRateLimiter(1, _second, timeProvider: env.Time);
            await limiter.AcquireAsync(1, CancellationToken.None);
            TimeSpan begun = env.Elapsed;
            double used = 0;
            Task cancelled = env.Start("cancelled", async () =>
            {
                await limiter.AcquireAsync(1, cancellationToken);
                used++;
            });
            Task patient = env.Start("patient", async () =>
            {
                await limiter.AcquireAsync(1, CancellationToken.None);
                used++;
            });

            await patient;
            try
            {
                await cancelled;
            }
            catch (OperationCanceledException)
            {
                Assert.Equal(1, used);
            }

            Assert.True(env.Elapsed - begun >= used * _second);
            Assert.Equal((0, 0), (limiter.WaiterCount, env.Time.TimerCount));
        },
        new ExploreOptions { Schedules = LongSuite.IsOn ? 2_000 : 1_000 });

    [Fact]
    public async Task AHundredThousandWait_AndGoInOrder()
    {
        const int Crowd = 100_000;
        var time = new ManualTimeProvider();
        var limiter = new AsyncRateLimiter(Crowd, _second, timeProvider: time);
        await limiter.AcquireAsync();
        using var source = new CancellationTokenSource();
        Task[] waiting =
        [
            .. Enumerable.Range(0, Crowd).Select(i =>
                limiter.AcquireAsync(1, i % 2 is 0 ? source.Token : CancellationToken.None).AsTask()),
        ];
        Assert.Equal(Crowd, limiter.WaiterCount);

        time.Advance(_second / 4);
        Assert.Equal(Crowd * 3 / 4, limiter.WaiterCount);
        await source.CancelAsync();
        Assert.Equal(Crowd * 3 / 8, limiter.WaiterCount);
        time.Advance(_second * 3 / 8);
        Assert.Equal(0, limiter.WaiterCount);

        await Task.WhenAll(waiting.Select(static task => task.ContinueWith(
            static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default)))
            .WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(Crowd * 3 / 8, waiting.Count(static task => task.IsCanceled));
        Assert.Equal(Crowd * 5 / 8, waiting.Count(static task => task.IsCompletedSuccessfully));
    }
}
