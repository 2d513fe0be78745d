namespace AsyncKit.Testing.Tests.Scheduling;

/// <summary>Waits that block the thread of the test, where <see cref="BlockingPolicy.Pump"/> lets it go on.</summary>
public class BlockingCallsPumpTests
{
    private static readonly AsyncTestOptions _pump = new() { Blocking = BlockingPolicy.Pump };

    [Fact]
    public Task AWaitWithALimit_EndsAtIt_AndIsNoDeadlock() => AsyncTest.RunAsync(
        static _ =>
        {
            using var never = new ManualResetEventSlim();
            Assert.False(never.Wait(RealWork.Milliseconds(30)));
            return Task.CompletedTask;
        },
        _pump with { ExternalGrace = TimeSpan.Zero });

    [Fact]
    public Task AWaitThatSomebodyOutsideEnds_EndsWhileExternalWorkIsPending() => AsyncTest.RunAsync(
        static async env =>
        {
            using var open = new ManualResetEventSlim();
            var external = new TaskCompletionSource();
            Task pending = env.ExternalAsync(() => external.Task);
            RealWork.Later(RealWork.Milliseconds(20), open.Set);
            open.Wait();
            external.SetResult();
            await pending;
        },
        _pump);

    [Fact]
    public async Task AnInvariantThatBreaksInsideAWait_FailsTheTest_AlsoWhenTheCodeCatchesIt()
    {
        var thrown = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(
            static env =>
            {
                var balance = 0;
                env.Always(() => balance is 0, "the balance is zero");
                Task change = env.Start("change", () =>
                {
                    balance++;
                    return Task.CompletedTask;
                });
                Record.Exception(() => ((IAsyncResult)change).AsyncWaitHandle.WaitOne());
                balance = 0;
                return Task.CompletedTask;
            },
            _pump));

        Assert.Equal(AsyncTestFailure.Invariant, thrown.Failure);
    }

    [Fact]
    public async Task ARefusedCall_FailsTheTest_AlsoWhenTheCodeCatchesIt()
    {
        Exception? caught = null;

        var thrown = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(_ =>
        {
            using var never = new ManualResetEventSlim();
            caught = Record.Exception(never.Wait);
            return Task.CompletedTask;
        }));

        Assert.Equal(AsyncTestFailure.BlockingCall, thrown.Failure);
        Assert.Same(caught, thrown);
    }

    [Fact]
    public async Task TooManyWaitsOnTopOfEachOther_AreAFailure_NotTheEndOfTheProcess()
    {
        const int Count = 5_000;
        var deepest = 0;

        var thrown = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(
            env =>
            {
                var open = new ManualResetEventSlim();
                return Task.WhenAll(Enumerable.Range(0, Count).Select(number => env.Start($"{number}", () =>
                {
                    deepest = Math.Max(deepest, number);
                    open.Wait();
                    return Task.CompletedTask;
                })));
            },
            _pump with { Leaks = LeakChecks.None }));

        Assert.Equal(AsyncTestFailure.BlockingCall, thrown.Failure);
        Assert.InRange(deepest, 100, Count - 1);
    }
}
