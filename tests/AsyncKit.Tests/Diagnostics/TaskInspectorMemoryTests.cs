using System.Runtime.CompilerServices;
using AsyncKit.Concurrency;
using AsyncKit.Diagnostics;
using AsyncKit.Synchronization;

namespace AsyncKit.Tests.Diagnostics;

/// <summary>What an inspector keeps, and what it leaves behind in the flow of the code.</summary>
public class TaskInspectorMemoryTests
{
    [Fact]
    public void WhatHasEnded_IsKeptByNobody_AlsoNotByItsFlow()
    {
        using TaskInspector inspector = TaskInspectorTests.InspectThisFlow(new TaskInspectorOptions());
        var end = new TaskCompletionSource();
        (WeakReference group, WeakReference resource) = RunAndLeaveAFlow(end.Task);

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.False(group.IsAlive);
        Assert.False(resource.IsAlive);
        TaskInspectorTests.AssertEmpty(inspector.Capture());
        end.SetResult();
    }

    [Fact]
    public async Task WhatIsReleased_LeavesNothingInTheContext()
    {
        var orders = new AsyncLock();
        var isMine = new AsyncLocal<int> { Value = 1 };
        var options = new TaskInspectorOptions { Filter = () => isMine.Value > 0 };
        long before = BytesOfOneMore(isMine);

        for (var i = 0; i < 100; i++)
        {
            using TaskInspector inspector = TaskInspector.Start(options);
            using (await orders.LockAsync(TestContext.Current.CancellationToken)) _ = inspector.Capture();
        }

        Assert.Equal(before, BytesOfOneMore(isMine));
    }

    // A context is copied as a whole for each value that is set in it.
    private static long BytesOfOneMore(AsyncLocal<int> local)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        local.Value++;
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    // What the child leaves behind goes on in its flow, in which its task and what it held stand.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (WeakReference Group, WeakReference Resource) RunAndLeaveAFlow(Task end)
    {
        WeakReference? running = null;
        var held = new AsyncLock();
        Task ended = TaskGroup.RunAsync(group =>
        {
            running = new WeakReference(group);
            _ = group.Run(async token =>
            {
                using (await held.LockAsync(token)) _ = GoOnAsync(end);
            });
            return default;
        });
        Assert.True(ended.IsCompletedSuccessfully);
        return (running!, new WeakReference(held));

        static async Task GoOnAsync(Task end) => await end;
    }
}
