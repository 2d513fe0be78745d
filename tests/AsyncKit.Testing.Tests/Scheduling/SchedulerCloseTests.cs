namespace AsyncKit.Testing.Tests.Scheduling;

/// <summary>What becomes of code that has not ended when its run has.</summary>
public class SchedulerCloseTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task WhatIsReadyWhenARunFails_GoesOnOutside()
    {
        var hasEnded = new TaskCompletionSource<TestEnv?>(TaskCreationOptions.RunContinuationsAsynchronously);

        var thrown = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(async env =>
        {
            var isSound = true;
            env.Always(() => isSound, "it is sound");
            var awaited = new TaskCompletionSource();
            _ = env.Start("holder", async () =>
            {
                try
                {
                    await awaited.Task;
                }
                finally
                {
                    hasEnded.SetResult(TestEnv.Current);
                }
            });
            await env.IdleAsync();
            awaited.SetResult();
            isSound = false;
            await env.YieldAsync();
        }));

        Assert.Equal(AsyncTestFailure.Invariant, thrown.Failure);
        Assert.Null(await hasEnded.Task.WaitAsync(_limit));
    }

    [Fact]
    public async Task AThreadAtTheGateWhenARunFails_GoesOnOutside()
    {
        var hasEnded = new TaskCompletionSource<TestEnv?>(TaskCreationOptions.RunContinuationsAsynchronously);

        await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(async env =>
        {
            var isSound = true;
            env.Always(() => isSound, "it is sound");
            await env.IdleAsync();
            _ = Task.Run(() => hasEnded.SetResult(TestEnv.Current));
            isSound = false;
            await env.YieldAsync();
        }));

        Assert.Null(await hasEnded.Task.WaitAsync(_limit));
    }

    [Theory]
    [InlineData("Task.Run")]
    [InlineData("YieldAsync")]
    [InlineData("Task.Yield")]
    public async Task ALoopCutByTheStepLimit_DoesNotGoOn(string kind)
    {
        var rounds = 0;

        var thrown = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(
            env => LoopAsync(env, kind, () => Interlocked.Increment(ref rounds)),
            new AsyncTestOptions { MaxSteps = 50 }));

        Assert.Equal(AsyncTestFailure.StepLimit, thrown.Failure);
        AssertStandsStill(ref rounds);
    }

    [Theory]
    [InlineData("Task.Run")]
    [InlineData("YieldAsync")]
    [InlineData("Task.Yield")]
    public async Task ALoopOfACancelledRun_DoesNotGoOn(string kind)
    {
        using var cancel = new CancellationTokenSource();
        var rounds = 0;

        Task run = AsyncTest.RunAsync(
            env => LoopAsync(env, kind, () =>
            {
                if (Interlocked.Increment(ref rounds) is 50) cancel.Cancel();
            }),
            cancellationToken: cancel.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.True(run.IsCanceled);
        AssertStandsStill(ref rounds);
    }

    [Fact]
    public async Task WhatOutlivesItsTest_BelongsToNoTest()
    {
        var shared = new TaskCompletionSource();
        var seen = new TaskCompletionSource<TestEnv?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await AsyncTest.RunAsync(env =>
        {
            _ = WaitAsync();
            return env.YieldAsync().AsTask();
        });

        IReadOnlyList<TestStep> stepsOfTheOther = [];
        await AsyncTest.RunAsync(async env =>
        {
            shared.SetResult();
            await env.YieldAsync();
            await env.IdleAsync();
            stepsOfTheOther = env.Trace;
        });

        Assert.Null(await seen.Task.WaitAsync(_limit));
        Assert.DoesNotContain(stepsOfTheOther, static step => step.What.Contains("pool", StringComparison.Ordinal));

        async Task WaitAsync()
        {
            await shared.Task;
            seen.SetResult(TestEnv.Current);
        }
    }

    private static async Task LoopAsync(TestEnv env, string kind, Action round)
    {
        while (true)
        {
            switch (kind)
            {
                case "Task.Run":
                    await Task.Run(round);
                    break;
                case "YieldAsync":
                    round();
                    await env.YieldAsync();
                    break;
                default:
                    round();
                    await Task.Yield();
                    break;
            }
        }
    }

    private static void AssertStandsStill(ref int rounds)
    {
        // Threads that stand at the gate when the run ends may pass it some times more.
        RealWork.Read(RealWork.Milliseconds(50));
        int before = Volatile.Read(ref rounds);
        RealWork.Read(RealWork.Milliseconds(30));
        Assert.Equal(before, Volatile.Read(ref rounds));
    }
}
