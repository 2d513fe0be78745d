using AsyncKit.Concurrency;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Concurrency;

/// <summary>What waits leave on tasks that last. Runs alone: others in the process allocate.</summary>
[Collection(typeof(Alone))]
public class TaskCombinatorsMemoryTests
{
    private const int Limit = 60_000;
    private const int Waits = 20_000;

    // Bytes that the process may keep for itself meanwhile; a continuation for each wait would be ten times as much.
    private const long Noise = 300_000;

    [Fact(Timeout = Limit)]
    public async Task WaitsThatAreOver_LeaveNothingOnATaskThatLasts()
    {
        var lasts = new TaskCompletionSource();
        await WaitAsync(1_000);
        long before = GC.GetTotalMemory(forceFullCollection: true);

        await WaitAsync(Waits);

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, Noise);
        lasts.SetResult();

        async Task WaitAsync(int times)
        {
            for (var i = 0; i < times; i++)
            {
                using var caller = new CancellationTokenSource();
                var soon = new TaskCompletionSource();
                Task any = TaskCombinators.WhenAny([lasts.Task, soon.Task], caller.Token);
                Task all = TaskCombinators.WhenAll([lasts.Task, soon.Task], caller.Token);
                soon.SetResult();
                await any;
                await caller.CancelAsync();
                await all.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    [Fact(Timeout = Limit)]
    public async Task FaultsThatAreOnlyWaitedFor_DoNotComeBackAsUnobserved()
    {
        var unobserved = 0;
        TaskScheduler.UnobservedTaskException += Count;
        try
        {
            for (var i = 0; i < 100; i++) await WaitAsync();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();

            Assert.Equal(0, unobserved);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Count;
        }

        static async Task WaitAsync()
        {
            var fails = new TaskCompletionSource<int>();
            Task<Task<int>> any = TaskCombinators.WhenAny([fails.Task], CancellationToken.None);
            var settled = TaskCombinators.WhenAllSettledAsync([fails.Task]);
            fails.SetException(new IOException("waited for"));
            await any;
            await settled;
        }

        // Others in the process may have forgotten some.
        void Count(object? sender, UnobservedTaskExceptionEventArgs e)
        {
            if (e.Exception.InnerException is IOException { Message: "waited for" })
                Interlocked.Increment(ref unobserved);
        }
    }
}
