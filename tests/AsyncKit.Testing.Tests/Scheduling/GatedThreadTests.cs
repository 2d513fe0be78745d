namespace AsyncKit.Testing.Tests.Scheduling;

/// <summary>Threads that are interrupted: the code under test gets it, where it waits itself.</summary>
public class GatedThreadTests
{
    [Fact]
    public async Task InterruptedAtTheGate_TheCodeGetsItAtItsOwnWait()
    {
        Exception? thrown = null;

        await AsyncTest.RunAsync(async env =>
        {
            using var never = new ManualResetEventSlim();
            var thread = new Thread(() => thrown = Record.Exception(never.Wait)) { IsBackground = true };
            thread.Start();

            // The run goes no step on meanwhile: the thread comes to the gate.
            RealWork.Compute(RealWork.Milliseconds(20));
            thread.Interrupt();
            await Task.Run(thread.Join);
        });

        Assert.IsType<ThreadInterruptedException>(thrown);
    }

    [Fact]
    public async Task InterruptedInABlockingWait_TheCodeGetsIt_AndNoLaterStepIsSlow()
    {
        const int Steps = 100;
        Exception? thrown = null;
        SynchronizationContext? contextAfter = null;
        TimeSpan taken = TimeSpan.MaxValue;

        await AsyncTest.RunAsync(async env =>
        {
            using var never = new ManualResetEventSlim();
            var isThere = new TaskCompletionSource();
            var thread = new Thread(() =>
            {
                isThere.SetResult();
                thrown = Record.Exception(never.Wait);
                contextAfter = SynchronizationContext.Current;
            })
            { IsBackground = true };
            await env.ExternalAsync(() =>
            {
                thread.Start();
                return isThere.Task;
            });
            await env.IdleAsync();
            thread.Interrupt();
            await Task.Run(thread.Join);

            long start = TimeProvider.System.GetTimestamp();
            for (var i = 0; i < Steps; i++) await env.YieldAsync();
            taken = TimeProvider.System.GetElapsedTime(start);
        });

        Assert.IsType<ThreadInterruptedException>(thrown);
        Assert.NotNull(contextAfter);
        Assert.InRange(taken, TimeSpan.Zero, RealWork.Milliseconds(Steps * 5));
    }
}
