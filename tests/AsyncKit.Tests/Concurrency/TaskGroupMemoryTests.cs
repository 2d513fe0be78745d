using AsyncKit.Concurrency;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Concurrency;

/// <summary>What children leave behind. Runs alone: others in the process listen, and allocate.</summary>
[Collection(typeof(Alone))]
public class TaskGroupMemoryTests
{
    private const int Limit = 120_000;

    // Bytes that the process may keep for itself meanwhile; two for each child would be more.
    private const long Noise = 500_000;

    [Fact(Timeout = Limit)]
    public async Task ChildrenThatHaveEnded_AreForgotten()
    {
        int children = LongSuite.Count(usual: 200_000, full: 1_000_000);

        await TaskGroup.RunAsync(async group =>
        {
            await RunAsync(group, 1_000);
            long before = GC.GetTotalMemory(forceFullCollection: true);

            await RunAsync(group, children);

            Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, Noise);
        });

        static async Task RunAsync(TaskGroup group, int count)
        {
            for (var i = 0; i < count; i++)
            {
                Task child = group.Run(static async _ => await Task.Yield());
                if (i % 100 is 0) await child;
            }
        }
    }

    [Fact(Timeout = Limit)]
    public async Task GroupsThatHaveEnded_LeaveNothingOnTheirToken()
    {
        const int Groups = 20_000;
        using var caller = new CancellationTokenSource();
        await RunAsync(1_000);
        long before = GC.GetTotalMemory(forceFullCollection: true);

        await RunAsync(Groups);

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, Noise);

        async Task RunAsync(int groups)
        {
            for (var i = 0; i < groups; i++)
            {
                await TaskGroup.RunAsync(
                    static group => new ValueTask(group.Run(static async _ => await Task.Yield())),
                    cancellationToken: caller.Token);
            }
        }
    }

    [Fact(Timeout = Limit)]
    public async Task ManyChildrenThatFail_AreEachToldOnce_AndNoneUnobserved()
    {
        int children = LongSuite.Count(usual: 10_000, full: 30_000);
        var unobserved = 0;
        TaskScheduler.UnobservedTaskException += Count;
        try
        {
            await FailAsync();
            for (var i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }

            Assert.Equal(0, unobserved);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Count;
        }

        async Task FailAsync()
        {
            var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Task run = TaskGroup.RunAsync(group =>
            {
                for (var i = 0; i < children; i++)
                {
                    _ = group.Run(async _ =>
                    {
                        await gate.Task;
                        throw new IOException("broken");
                    });
                }

                return ValueTask.CompletedTask;
            });
            gate.SetResult();

            await Assert.ThrowsAsync<IOException>(() => run);
            Assert.Equal(children, run.Exception!.InnerExceptions.Count);
        }

        // Others in the process may have forgotten some.
        void Count(object? sender, UnobservedTaskExceptionEventArgs e)
        {
            if (e.Exception.InnerException is IOException { Message: "broken" }) Interlocked.Increment(ref unobserved);
        }
    }
}
