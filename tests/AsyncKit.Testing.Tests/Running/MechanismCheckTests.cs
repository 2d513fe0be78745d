namespace AsyncKit.Testing.Tests.Running;

/// <summary>What runs are built on, in each of the ways in which code meets it: on a runtime that does it otherwise,
/// these fail by name.</summary>
public class MechanismCheckTests
{
    [Theory]
    [InlineData("Task.Run")]
    [InlineData("ThreadPool.QueueUserWorkItem")]
    [InlineData("CancellationTokenSource.CancelAsync")]
    [InlineData("new Thread")]
    public Task WorkOnAnotherThread_DoesNotBeginBeforeItsTurn(string way) => AsyncTest.RunAsync(async env =>
    {
        var hasBegun = false;
        StartOnAnotherThread(way, () => Volatile.Write(ref hasBegun, true));
        SpinUntilThePoolHasGoneOn();

        Assert.False(Volatile.Read(ref hasBegun));
        await env.IdleAsync();
        Assert.True(hasBegun);
    });

    [Theory]
    [InlineData("ManualResetEventSlim.Wait")]
    [InlineData("SemaphoreSlim.Wait")]
    [InlineData("CountdownEvent.Wait")]
    [InlineData("WaitHandle.WaitOne")]
    [InlineData("WaitHandle.WaitAny")]
    [InlineData("Barrier.SignalAndWait")]
    [InlineData("Monitor.Wait")]
    [InlineData("Thread.Join")]
    public async Task AWaitThatBlocks_IsAnnouncedBeforeItDoes(string way)
    {
        var thrown = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(
            _ =>
            {
                Block(way);
                return Task.CompletedTask;
            },
            new AsyncTestOptions { RealTimeout = TimeSpan.FromSeconds(10) }));

        Assert.Equal(AsyncTestFailure.BlockingCall, thrown.Failure);
        Assert.Contains("MechanismCheckTests.Block in ", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACallerThatSuppressesItsFlow_HasItsWorkInTheRunAllTheSame()
    {
        Task run;
        using (ExecutionContext.SuppressFlow())
        {
            run = AsyncTest.RunAsync(static async env =>
            {
                await Task.Run(() => Assert.Same(env, TestEnv.Current)).ConfigureAwait(false);
                Assert.Same(env, TestEnv.Current);
            });
        }

        await run;
    }

    private static void StartOnAnotherThread(string way, Action work)
    {
        switch (way)
        {
            case "Task.Run":
                _ = Task.Run(work);
                break;
            case "ThreadPool.QueueUserWorkItem":
                ThreadPool.QueueUserWorkItem(static work => work(), work, preferLocal: false);
                break;
            case "CancellationTokenSource.CancelAsync":
                var cancel = new CancellationTokenSource();
                cancel.Token.Register(work);
                _ = cancel.CancelAsync();
                break;
            default:
                new Thread(() => work()).Start();
                break;
        }
    }

    // Work that is not of the test passes through the pool, as often as it takes any other work to begin.
    private static void SpinUntilThePoolHasGoneOn()
    {
        for (var i = 0; i < 20; i++)
        {
            var hasRun = false;
            ThreadPool.UnsafeQueueUserWorkItem(_ => Volatile.Write(ref hasRun, true), null);
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref hasRun), TimeSpan.FromSeconds(10)));
        }
    }

    private static void Block(string way)
    {
        object pulse = new();
        using var isSet = new ManualResetEventSlim();
        using var permits = new SemaphoreSlim(0);
        using var count = new CountdownEvent(1);
        using var barrier = new Barrier(2);
        var thread = new Thread(static () => { });
        Action block = way switch
        {
            "ManualResetEventSlim.Wait" => isSet.Wait,
            "SemaphoreSlim.Wait" => permits.Wait,
            "CountdownEvent.Wait" => count.Wait,
            "WaitHandle.WaitOne" => () => isSet.WaitHandle.WaitOne(),
            "WaitHandle.WaitAny" => () => WaitHandle.WaitAny([isSet.WaitHandle, count.WaitHandle]),
            "Barrier.SignalAndWait" => barrier.SignalAndWait,
            "Monitor.Wait" => WaitForPulse,
            _ => JoinThread,
        };
        block();

        void WaitForPulse()
        {
            lock (pulse) Monitor.Wait(pulse);
        }

        void JoinThread()
        {
            thread.Start();
            thread.Join();
        }
    }
}
