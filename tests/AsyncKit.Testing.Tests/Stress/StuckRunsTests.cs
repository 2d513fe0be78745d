using AsyncKit.Testing.Tests.Scheduling;

namespace AsyncKit.Testing.Tests.Stress;

/// <summary>A run that was ended although its pump did not come back. When it does, it must not wake threads that
/// belong to others by now.</summary>
[Collection(typeof(Alone))]
public class StuckRunsTests
{
    // Beyond the limit of the run and the second that it is given after that.
    private static readonly TimeSpan _limit = TimeSpan.FromMilliseconds(600);
    private static readonly TimeSpan _stuck = TimeSpan.FromSeconds(2);

    [Fact]
    public async Task WhenThePumpComesBack_OtherRunsGoOnOneStepAtATime()
    {
        int runs = LongSuite.Count(usual: 1, full: 5);
        var isOver = false;
        var inside = 0;
        var violations = 0;
        Task others = Task.Run(async () =>
        {
            while (!Volatile.Read(ref isOver)) await AsyncTest.RunAsync(_ => RunWorkAsync());
        });

        for (var i = 0; i < runs; i++)
        {
            var isBack = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var thrown = await Assert.ThrowsAnyAsync<AsyncTestException>(() => AsyncTest.RunAsync(
                env => GetStuckAsync(env, isBack), new AsyncTestOptions { RealTimeout = _limit }));
            Assert.Contains("does not return from this step", thrown.Message, StringComparison.Ordinal);
            await isBack.Task;
            RealWork.Read(RealWork.Milliseconds(100));
        }

        Volatile.Write(ref isOver, true);
        await others;

        Assert.Equal(0, violations);

        Task RunWorkAsync() => Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            if (Interlocked.Increment(ref inside) > 1) Interlocked.Increment(ref violations);
            RealWork.Compute(RealWork.Milliseconds(1));
            Interlocked.Decrement(ref inside);
        })));
    }

    private static async Task GetStuckAsync(TestEnv env, TaskCompletionSource isBack)
    {
        var never = new ManualResetEventSlim();
        for (var i = 0; i < 4; i++) _ = Task.Run(() => Record.Exception(never.Wait));
        await env.IdleAsync();
        _ = env.Start("stuck", async () =>
        {
            await env.YieldAsync();
            RealWork.Read(_stuck);
            isBack.SetResult();
            await env.YieldAsync();
        });
    }
}
