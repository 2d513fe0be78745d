using System.Collections.Concurrent;

namespace AsyncKit.Testing.Tests.Scheduling;

public class BlockingCallsTests
{
    [Fact]
    public async Task ABlockingWaitOnTheTestsThread_FailsWithItsPlace()
    {
        var thrown = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(static env =>
        {
            BlockOn(env.DelayAsync(TimeSpan.FromSeconds(1)));
            return Task.CompletedTask;
        }));

        Assert.Equal(AsyncTestFailure.BlockingCall, thrown.Failure);
        Assert.Contains("BlockingCallsTests.BlockOn in ", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("BlockingCallsTests.cs:line ", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public Task WithPump_ABlockingWaitOnTheTestsThread_LetsTheTestGoOn() => AsyncTest.RunAsync(
        static async env =>
        {
            await Task.Yield();
            BlockOn(LaterAsync());
            Assert.Equal(TimeSpan.FromHours(1), env.Elapsed);

            async Task LaterAsync()
            {
                await env.DelayAsync(TimeSpan.FromMinutes(30));
                await Task.Run(() => BlockOn(env.DelayAsync(TimeSpan.FromMinutes(30))));
            }
        },
        new AsyncTestOptions { Blocking = BlockingPolicy.Pump });

    [Fact]
    public async Task WithFail_ABlockingWaitOnAPoolThread_Fails()
    {
        var thrown = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(
            static env => Task.Run(() => BlockOn(env.DelayAsync(TimeSpan.FromSeconds(1)))),
            new AsyncTestOptions { Blocking = BlockingPolicy.Fail, Leaks = LeakChecks.None }));

        Assert.Equal(AsyncTestFailure.BlockingCall, thrown.Failure);
    }

    [Fact]
    public Task ABlockingCollection_OnAPoolThread_IsFed() => AsyncTest.RunAsync(static async env =>
    {
        using var items = new BlockingCollection<int>();
        Task<int> sum = Task.Run(() => items.GetConsumingEnumerable().Sum());
        for (var i = 1; i <= 4; i++)
        {
            await env.DelayAsync(TimeSpan.FromSeconds(1));
            items.Add(i);
        }

        items.CompleteAdding();

        Assert.Equal(10, await sum);
        Assert.Equal(TimeSpan.FromSeconds(4), env.Elapsed);
    });

    [Fact]
    public Task ALockHeldAcrossABlockingWait_IsTakenInTurn() => AsyncTest.RunAsync(static async env =>
    {
        var sync = new object();
        List<string> order = [];
        Task holder = Task.Run(() =>
        {
            lock (sync)
            {
                BlockOn(env.DelayAsync(TimeSpan.FromSeconds(1)));
                order.Add("holder");
            }
        });
        Task waiter = Task.Run(() =>
        {
            lock (sync) order.Add("waiter");
        });

        await Task.WhenAll(holder, waiter);

        Assert.Equal(["holder", "waiter"], order);
    });

    [Fact]
    public async Task AnExceptionOfAPostedCallback_FailsTheTest()
    {
        var thrown = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(static env =>
        {
            IProgress<int> progress = new Progress<int>(static _ => throw new FormatException("lost"));
            progress.Report(1);
            return env.DelayAsync(TimeSpan.FromSeconds(1));
        }));

        Assert.Equal(AsyncTestFailure.Unhandled, thrown.Failure);
        Assert.IsType<FormatException>(thrown.InnerException);
    }

    [Fact]
    public async Task AnExceptionOfATimersCallback_FailsTheTest()
    {
        var thrown = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(static async env =>
        {
            await using ITimer timer = env.Time.CreateTimer(
                static _ => throw new FormatException(), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
            await env.DelayAsync(TimeSpan.FromSeconds(2));
        }));

        Assert.Equal(AsyncTestFailure.Unhandled, thrown.Failure);
    }

    [Fact]
    public async Task ADelayInRealTime_FailsWithItsPlace_WhereThePolicySaysSo()
    {
        var thrown = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(
            static async env =>
            {
                await env.DelayAsync(TimeSpan.FromSeconds(1));
                await WaitInRealTimeAsync();
            },
            new AsyncTestOptions { RealTime = RealTimePolicy.Fail }));

        Assert.Equal(AsyncTestFailure.RealTime, thrown.Failure);
        Assert.Contains("BlockingCallsTests.WaitInRealTimeAsync", thrown.Message, StringComparison.Ordinal);
    }

    private static async Task WaitInRealTimeAsync() => await Task.Delay(TimeSpan.FromDays(1), TimeProvider.System);

    // As code does that cannot await.
    private static void BlockOn(Task task) => ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
}
