using System.Runtime.CompilerServices;
using AsyncKit.Synchronization;
using AsyncKit.Tests.Contracts.Waits;

namespace AsyncKit.Tests.Stress;

/// <summary>Code that looks again and again, instead of waiting.</summary>
[Collection(typeof(Alone))]
public class PollingStressTests
{
    private const int Milliseconds = 60_000;

    // The code of the wait must not run with the state of the next one, which has the same memory.
    [Fact(Timeout = Milliseconds)]
    public async Task AWaitThatIsPolledAfterItsContinuationHasArrived_MayBeReadAsSoonAsItHasEnded()
    {
        int waits = LongSuite.Count(usual: 100_000, full: 1_000_000);
        var signal = new AsyncAutoResetEvent();
        var isOver = false;
        Task setting = Task.Factory.StartNew(
            () =>
            {
                while (!Volatile.Read(ref isOver))
                {
                    if (signal.WaiterCount > 0) signal.Set();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        int run = await Task.Factory.StartNew(
            () => Poll(signal, waits),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        Volatile.Write(ref isOver, true);
        await setting;
        Assert.Equal(waits, run);
    }

    // Only a build that optimises may take the read out of the loop, which then never ends.
    [Fact(Timeout = Milliseconds)]
    public async Task ACountThatIsPolled_IsSeenToChange()
    {
        var gate = new AsyncLock();
        AsyncLock.Lease held = await gate.LockAsync();
        var permits = new AsyncSemaphore(1);
        var signal = new AsyncManualResetEvent();

        await CheckAsync(() => Poll(gate), () => gate.LockAsync());
        await CheckAsync(() => Poll(permits), () => permits.AcquireAsync());
        await CheckAsync(() => Poll(signal), () => signal.WaitAsync());

        held.Dispose();

        static async Task CheckAsync(Action poll, Func<object> change)
        {
            var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Task polling = Task.Factory.StartNew(
                () =>
                {
                    started.SetResult();
                    poll();
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
            await started.Task;
            Thread.SpinWait(10_000);
            _ = change();
            await Limit.OfAsync(polling);
        }
    }

    private static int Poll(AsyncAutoResetEvent signal, int waits)
    {
        // Runs the code where it is posted, which is on the thread that sets.
        SynchronizationContext.SetSynchronizationContext(new InlineContext());
        var run = 0;
        for (var i = 0; i < waits; i++)
        {
            ValueTask wait = signal.WaitAsync();
            wait.GetAwaiter().UnsafeOnCompleted(() => Interlocked.Increment(ref run));
            while (!wait.IsCompleted)
            {
            }

            Result.Of(wait);
        }

        SynchronizationContext.SetSynchronizationContext(null);
        SpinWait.SpinUntil(() => Volatile.Read(ref run) == waits, TimeSpan.FromSeconds(5));
        return run;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Poll(AsyncLock gate)
    {
        while (gate.WaiterCount is 0)
        {
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Poll(AsyncSemaphore permits)
    {
        while (permits.CurrentCount is 1)
        {
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Poll(AsyncManualResetEvent signal)
    {
        while (signal.WaiterCount is 0)
        {
        }
    }
}
