using AsyncKit.Synchronization;
using AsyncKit.Tests.Contracts.Waits;
using AsyncKit.Tests.Synchronization;

namespace AsyncKit.Tests.Stress;

/// <summary>Limiters under real threads and the real clock, and what their waits cost.</summary>
[Collection(typeof(Alone))]
public class AsyncRateLimiterStressTests
{
    private const int Seed = 20_261_126;

    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task ManyThreads_GetTheRate_AndNoMore()
    {
        const int Workers = 8;
        const double Rate = 20_000;
        const double Burst = 10;
        int seconds = LongSuite.Count(usual: 1, full: 3);
        LongSuite.Say($"seed {Seed}");
        var limiter = new AsyncRateLimiter(Rate, _second, Burst);
        using var stop = new CancellationTokenSource(seconds * _second);
        long begun = TimeProvider.System.GetTimestamp();

        double[] used = await Task.WhenAll(Enumerable.Range(0, Workers).Select(i => Task.Run(() => UseAsync(i))))
            .WaitAsync(TimeSpan.FromMinutes(2));

        double elapsed = TimeProvider.System.GetElapsedTime(begun).TotalSeconds;
        LongSuite.Say($"{used.Sum():N1} permits in {elapsed:N3} s");
        Assert.InRange(used.Sum(), 1, Burst + (Rate * elapsed) + 1e-3);
        Assert.Equal(0, limiter.WaiterCount);

        async Task<double> UseAsync(int number)
        {
            var random = new Random(Seed + number);
            double sum = 0;
            while (!stop.IsCancellationRequested)
            {
                double permits = 1 + (random.NextDouble() * (Burst - 1));
                if (await TryUseAsync(permits, random)) sum += permits;
            }

            return sum;
        }

        async ValueTask<bool> TryUseAsync(double permits, Random random)
        {
            try
            {
                TimeSpan limit = random.NextDouble() * _second / 100;
                if (random.Next(4) is 0) return await limiter.TryAcquireAsync(permits, limit);
                await limiter.AcquireAsync(permits, stop.Token);
                return true;
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
    }

    [Fact]
    public void ARequest_CostsNoMemory_WhetherItWaitsOrNot()
    {
        var clock = new HandWoundClock();
        var limiter = new AsyncRateLimiter(1, _second, timeProvider: clock);
        using var source = new CancellationTokenSource();
        for (var i = 0; i < 200; i++) UseTwo();

        // All of it ends at once, and so on this thread.
        long allocated = Allocations.LeastOf(() =>
        {
            for (var i = 0; i < 1_000; i++) UseTwo();
        });

        Assert.Equal(0, allocated);

        void UseTwo()
        {
            Assert.True(Result.Of(limiter.TryAcquireAsync(1, _second, source.Token)));
            ValueTask<bool> waiting = limiter.TryAcquireAsync(1, 10 * _second, source.Token);
            clock.Now += _second;
            clock.Fire();
            Assert.True(Result.Of(waiting));
            clock.Now += _second;
        }
    }
}
