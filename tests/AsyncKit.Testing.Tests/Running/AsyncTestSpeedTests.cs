using AsyncKit.Testing.Tests.Stress;

namespace AsyncKit.Testing.Tests.Running;

/// <summary>What must not take real time; each limit is ten times the figure that is promised.</summary>
[Collection(typeof(Alone))]
public class AsyncTestSpeedTests
{
    [Fact]
    public async Task AnHourOfDelay_TakesAMoment()
    {
        TimeSpan taken = await MeasureAsync(() => AsyncTest.RunAsync(static async env =>
        {
            await Task.Delay(TimeSpan.FromHours(1), env.Time);

            Assert.Equal(TimeSpan.FromHours(1), env.Elapsed);
        }));

        Assert.InRange(taken, TimeSpan.Zero, TimeSpan.FromMilliseconds(10 * 50));
    }

    [Fact]
    public async Task TwoAsyncLocksInOppositeOrder_AreReportedInAMoment_WithBothMethods()
    {
        AsyncTestException? thrown = null;

        TimeSpan taken = await MeasureAsync(async () => thrown = await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.RunAsync(static _ =>
            {
                var a = new SemaphoreSlim(1);
                var b = new SemaphoreSlim(1);
                return Task.WhenAll(PayAsync(a, b), RefundAsync(b, a));
            })));

        Assert.InRange(taken, TimeSpan.Zero, TimeSpan.FromMilliseconds(10 * 100));
        Assert.Equal(AsyncTestFailure.Deadlock, thrown!.Failure);
        Assert.Contains("AsyncTestSpeedTests.PayAsync at await 3", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("AsyncTestSpeedTests.RefundAsync at await 3", thrown.Message, StringComparison.Ordinal);
    }

    private static async Task<TimeSpan> MeasureAsync(Func<Task> work)
    {
        long start = TimeProvider.System.GetTimestamp();
        await work();
        TimeSpan taken = TimeProvider.System.GetElapsedTime(start);
        LongSuite.Say($"{taken.TotalMilliseconds:F1} ms");
        return taken;
    }

    private static async Task PayAsync(SemaphoreSlim first, SemaphoreSlim second)
    {
        await first.WaitAsync();
        await Task.Yield();
        await second.WaitAsync();
    }

    private static async Task RefundAsync(SemaphoreSlim first, SemaphoreSlim second)
    {
        await first.WaitAsync();
        await Task.Yield();
        await second.WaitAsync();
    }
}
