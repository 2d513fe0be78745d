using AsyncKit.Testing.Tests.Scheduling;

namespace AsyncKit.Testing.Tests.Stress;

/// <summary>Work that takes long in real time: the clock waits for it, and it is no deadlock.</summary>
[Collection(typeof(Alone))]
public class SlowWorkTests
{
    private const int BusyThreads = 8;

    // Longer than a thread may hold the turn.
    private static readonly TimeSpan _long = TimeSpan.FromSeconds(1.3);

    [Fact]
    public Task PoolWorkThatTakesLong_HoldsTheClock_AndIsNoDeadlock() => Task.WhenAll(
        AsyncTest.RunAsync(static async env =>
        {
            await Task.Run(static () => RealWork.Read(_long)).WaitAsync(TimeSpan.FromHours(1), env.Time);
            Assert.Equal(TimeSpan.Zero, env.Elapsed);
        }),
        AsyncTest.RunAsync(static _ => Task.Run(static () => RealWork.Read(_long))));

    [Fact]
    public async Task OnABusyMachine_AThreadThatIsAboutToBlock_HoldsTheClock()
    {
        int runs = LongSuite.Count(usual: 3, full: 30);
        using var hogs = new Hogs(BusyThreads);

        for (var i = 0; i < runs; i++)
        {
            await AsyncTest.RunAsync(static async env =>
            {
                using var open = new ManualResetEventSlim();
                var isThere = new TaskCompletionSource();
                Task waiting = Task.Factory.StartNew(
                    () =>
                    {
                        isThere.SetResult();
                        open.Wait();
                    },
                    CancellationToken.None,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default);
                await env.ExternalAsync(() => isThere.Task);
                for (var seconds = 0; seconds < 10; seconds++) await env.DelayAsync(TimeSpan.FromSeconds(1));
                open.Set();
                await waiting.WaitAsync(TimeSpan.FromHours(1), env.Time);

                Assert.Equal(TimeSpan.FromSeconds(10), env.Elapsed);
            });
        }
    }

    // To say where it waits takes the thread longer than it may have the turn.
    [Fact]
    public async Task AThreadThatBlocksDeepInItsStack_EndsAfterADeadlock()
    {
        int depth = LongSuite.Count(usual: 2_000, full: 40_000);
        using var open = new ManualResetEventSlim();
        Exception? thrown = new InvalidOperationException("It has not ended.");
        var thread = new Thread(() => thrown = Record.Exception(() => WaitIn(depth)), maxStackSize: 64 << 20)
        {
            IsBackground = true,
        };

        var deadlock = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(async env =>
        {
            thread.Start();
            await env.ExternalAsync(static () => Task.Delay(RealWork.Milliseconds(30), TimeProvider.System));
            await new TaskCompletionSource().Task;
        }));
        open.Set();

        Assert.Equal(AsyncTestFailure.Deadlock, deadlock.Failure);
        Assert.True(thread.Join(TimeSpan.FromSeconds(20)));
        Assert.Null(thrown);

        void WaitIn(int calls)
        {
            if (calls is 0) open.Wait();
            else WaitIn(calls - 1);
            GC.KeepAlive(open);
        }
    }
}
