namespace AsyncKit.Testing.Tests.Scheduling;

public class SchedulerDeadlockTests
{
    [Fact]
    public async Task TwoLocksInOppositeOrder_AreReported_WithBothMethods()
    {
        var thrown = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(static _ =>
        {
            var a = new SemaphoreSlim(1);
            var b = new SemaphoreSlim(1);
            return Task.WhenAll(TransferThereAsync(a, b), TransferBackAsync(a, b));
        }));

        Assert.Equal(AsyncTestFailure.Deadlock, thrown.Failure);
        foreach (string method in new[] { nameof(TransferThereAsync), nameof(TransferBackAsync) })
        {
            Assert.Contains(
                $"SchedulerDeadlockTests.{method} at await 3, awaits SemaphoreSlim",
                thrown.Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task TwoMonitorsInOppositeOrder_AreReported_WithBothCallSites()
    {
        var thrown = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(static async _ =>
        {
            var a = new object();
            var b = new object();
            using var hasA = new ManualResetEventSlim();
            using var hasB = new ManualResetEventSlim();
            await Task.WhenAll(
                Task.Run(() => LockAThenB(a, b, hasA, hasB)), Task.Run(() => LockBThenA(a, b, hasA, hasB)));
        }));

        Assert.Equal(AsyncTestFailure.Deadlock, thrown.Failure);
        const string File = @"\S+SchedulerDeadlockTests\.cs:line \d+";
        Assert.Matches($@"A lock\s+at SchedulerDeadlockTests\.LockAThenB in {File}", thrown.Message);
        Assert.Matches($@"A lock\s+at SchedulerDeadlockTests\.LockBThenA in {File}", thrown.Message);
    }

    [Fact]
    public async Task ATaskThatNothingCompletes_IsReported_WithoutAnyTimeout()
    {
        var thrown = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(
            static _ => new TaskCompletionSource().Task,
            new AsyncTestOptions { RealTimeout = Timeout.InfiniteTimeSpan, ExternalGrace = TimeSpan.Zero }));

        Assert.Equal(AsyncTestFailure.Deadlock, thrown.Failure);
    }

    [Fact]
    public async Task ADelayWithoutAClock_IsNamedInTheReport()
    {
        var thrown = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(
            static async _ => await Task.Delay(TimeSpan.FromDays(1), TimeProvider.System),
            new AsyncTestOptions { ExternalGrace = TimeSpan.Zero }));

        Assert.Contains("Task.Delay in real time", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARunnerWithoutAFreePermit_IsNamedInTheReport()
    {
        var thrown = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(static async _ =>
        {
            var runner = new Concurrency.BoundedRunner(maxConcurrency: 1);
            await runner.Limit.AcquireAsync();
            await runner.ForEachAsync([2], static (_, _) => Task.CompletedTask);
        }));

        Assert.Contains("BoundedRunner (1 at a time)", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARunnerThatIsCalledByItsOwnBody_SaysSo()
    {
        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => AsyncTest.RunAsync(static _ =>
        {
            var runner = new Concurrency.BoundedRunner(maxConcurrency: 1);
            return runner.ForEachAsync(
                [1], (_, token) => runner.ForEachAsync([2], static (_, _) => Task.CompletedTask, token));
        }));

        Assert.StartsWith("item 0 of BoundedRunner (1 at a time) calls", thrown.Message, StringComparison.Ordinal);
    }

    private static async Task TransferThereAsync(SemaphoreSlim a, SemaphoreSlim b)
    {
        await a.WaitAsync();
        await Task.Yield();
        await b.WaitAsync();
    }

    private static async Task TransferBackAsync(SemaphoreSlim a, SemaphoreSlim b)
    {
        await b.WaitAsync();
        await Task.Yield();
        await a.WaitAsync();
    }

    private static void LockAThenB(object a, object b, ManualResetEventSlim hasA, ManualResetEventSlim hasB)
    {
        lock (a)
        {
            hasA.Set();
            hasB.Wait();
            lock (b) hasA.Reset();
        }
    }

    private static void LockBThenA(object a, object b, ManualResetEventSlim hasA, ManualResetEventSlim hasB)
    {
        lock (b)
        {
            hasB.Set();
            hasA.Wait();
            lock (a) hasB.Reset();
        }
    }
}
