using AsyncKit.Concurrency;
using AsyncKit.Diagnostics;
using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Diagnostics;

/// <summary>Who is found to wait in a circle, and who is not.</summary>
public class TaskInspectorCycleTests
{
    private readonly AsyncLock _a = new("a");
    private readonly AsyncLock _b = new("b");

    [Fact]
    public Task TwoLocks_InOppositeOrder_AreACycleWithNames() => AsyncTest.RunAsync(async env =>
    {
        using TaskInspector inspector = TaskInspectorTests.Inspect(env);
        using var stop = new CancellationTokenSource();
        Task running = TaskGroup.RunAsync(
            group =>
            {
                _ = group.Run(token => TakeBothAsync(_a, _b, token), "pay");
                _ = group.Run(token => TakeBothAsync(_b, _a, token), "refund");
                _ = group.Run(token => TakeBothAsync(_a, _b, token), "audit");
                return default;
            },
            new TaskGroupOptions { Name = "bank" },
            stop.Token);
        await env.IdleAsync();

        TaskSnapshot snapshot = inspector.Capture();

        Assert.Equal(
            [
                "pay of TaskGroup \"bank\" waits for AsyncLock \"b\", held by refund of TaskGroup \"bank\"",
                "refund of TaskGroup \"bank\" waits for AsyncLock \"a\", held by pay of TaskGroup \"bank\"",
            ],
            Assert.Single(snapshot.Cycles).Select(static wait => wait.ToString()).Order());

        // Who waits for those in the circle is stuck as they are, and no part of it.
        Assert.All(
            Assert.Single(snapshot.Tasks).Children,
            static child => Assert.Equal(TaskNodeState.Deadlocked, child.State));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        TaskInspectorTests.AssertEmpty(inspector.Capture());
    });

    [Fact]
    public Task AHolderThatWaitsForItself_IsACycleOfOne() => AsyncTest.RunAsync(async env =>
    {
        using TaskInspector inspector = TaskInspectorTests.Inspect(env);
        using var stop = new CancellationTokenSource();
        Task waiting = TakeBothAsync(_a, _a, stop.Token).AsTask();
        await env.IdleAsync();

        TaskSnapshot snapshot = inspector.Capture();

        Assert.Equal(
            "Cycle: wait 2 for AsyncLock \"a\" waits for AsyncLock \"a\", held by wait 1 for AsyncLock \"a\"",
            snapshot.FormatTree().Split('\n')[^1]);
        await CancelAsync(stop, waiting);
    });

    [Fact]
    public Task AGroupInsideOfAHold_WhoseChildWaitsForIt_IsACycle() => AsyncTest.RunAsync(async env =>
    {
        using TaskInspector inspector = TaskInspectorTests.Inspect(env);
        using var stop = new CancellationTokenSource();
        Task waiting = HoldWhileGroupRunsAsync();
        await env.IdleAsync();

        IReadOnlyList<TaskWait> cycle = Assert.Single(inspector.Capture().Cycles);

        Assert.Equal("child 1 of TaskGroup \"inner\"", Assert.Single(cycle).Waiter);
        await CancelAsync(stop, waiting);

        async Task HoldWhileGroupRunsAsync()
        {
            using (await _a.LockAsync())
            {
                await TaskGroup.RunAsync(
                    group =>
                    {
                        _ = group.Run(async token => { using (await _a.LockAsync(token)) { } });
                        return default;
                    },
                    new TaskGroupOptions { Name = "inner" },
                    stop.Token);
            }
        }
    });

    [Fact]
    public Task ABodyThatHolds_WhileItsChildWaits_IsNoCycle() => AsyncTest.RunAsync(async env =>
    {
        using TaskInspector inspector = TaskInspectorTests.Inspect(env);
        var go = new TaskCompletionSource();
        Task running = TaskGroup.RunAsync(async group =>
        {
            using (await _a.LockAsync())
            {
                _ = group.Run(async token => { using (await _a.LockAsync(token)) { } });
                await go.Task;
            }
        });
        await env.IdleAsync();

        TaskSnapshot snapshot = inspector.Capture();

        Assert.Equal(1, snapshot.WaitCount);
        Assert.Empty(snapshot.Cycles);
        go.SetResult();
        await running;
    });

    [Fact]
    public Task AHandlerThatJoinsItsOwnQueue_IsACycle() => AsyncTest.RunAsync(async env =>
    {
        using TaskInspector inspector = TaskInspectorTests.Inspect(env);
        using var stop = new CancellationTokenSource();
        var jobs = new WorkQueue<int>(new WorkQueueOptions<int> { Name = "jobs" });
        Task workers = jobs.RunWorkersAsync(
            2, async (_, token) => await jobs.JoinAsync(token), stop.Token);
        await jobs.EnqueueAsync(1);
        await env.IdleAsync();

        IReadOnlyList<TaskWait> cycle = Assert.Single(inspector.Capture().Cycles);

        Assert.Equal("the end of WorkQueue \"jobs\"", Assert.Single(cycle).Resource);
        await CancelAsync(stop, workers);
        TaskInspectorTests.AssertEmpty(inspector.Capture());
    });

    [Fact]
    public Task AJoinFromOutside_IsAWaitForTheHandlers_AndNoCycle() => AsyncTest.RunAsync(async env =>
    {
        using TaskInspector inspector = TaskInspectorTests.Inspect(env);
        var go = new TaskCompletionSource();
        var jobs = new WorkQueue<int>(new WorkQueueOptions<int> { Name = "jobs" });
        Task workers = jobs.RunWorkersAsync(1, async (_, _) => await go.Task);
        await jobs.EnqueueAsync(1);
        Task joining = jobs.JoinAsync();
        await env.IdleAsync();

        TaskSnapshot snapshot = inspector.Capture();

        TaskWait join = Assert.Single(snapshot.OtherWaits);
        Assert.Equal(
            "JoinAsync of WorkQueue \"jobs\" waits for the end of WorkQueue \"jobs\", "
            + "held by item 0 of BoundedRunner \"jobs\" (1 at a time)",
            join.ToString());
        Assert.Empty(snapshot.Cycles);
        go.SetResult();
        jobs.Complete();
        await joining;
        await workers;
    });

    [Fact]
    public Task AHolderThatDoesNotWait_MakesNoCycle_AlsoBesideOneThatDoes() => AsyncTest.RunAsync(async env =>
    {
        using TaskInspector inspector = TaskInspectorTests.Inspect(env);
        var go = new TaskCompletionSource();
        var permits = new AsyncSemaphore(2, name: "permits");
        Task busy = HoldUntilAsync(go.Task);
        Task greedy = TakeTwiceAsync();
        await env.IdleAsync();

        TaskSnapshot snapshot = inspector.Capture();

        // It waits for itself or for the other one, who will go.
        Assert.Equal(2, Assert.Single(snapshot.OtherWaits).HeldBy.Count);
        Assert.Empty(snapshot.Cycles);
        go.SetResult();
        await Task.WhenAll(busy, greedy);

        async Task HoldUntilAsync(Task end)
        {
            using (await permits.AcquireAsync()) await end;
        }

        async Task TakeTwiceAsync()
        {
            using (await permits.AcquireAsync())
            using (await permits.AcquireAsync())
            {
            }
        }
    });

    [Fact]
    public Task EachHolderOfASemaphore_ThatWaitsForMore_IsACycle() => AsyncTest.RunAsync(async env =>
    {
        using TaskInspector inspector = TaskInspectorTests.Inspect(env);
        using var stop = new CancellationTokenSource();
        var permits = new AsyncSemaphore(2, name: "permits");
        Task waiting = Task.WhenAll(TakeTwiceAsync(), TakeTwiceAsync());
        await env.IdleAsync();

        Assert.Single(inspector.Capture().Cycles);
        await CancelAsync(stop, waiting);

        async Task TakeTwiceAsync()
        {
            using (await permits.AcquireAsync(cancellationToken: stop.Token))
            {
                await Task.Yield();
                using (await permits.AcquireAsync(cancellationToken: stop.Token))
                {
                }
            }
        }
    });

    [Fact]
    public Task TwoAtATimeInsideOfOneTask_AreNoCycle() => AsyncTest.RunAsync(async env =>
    {
        using TaskInspector inspector = TaskInspectorTests.Inspect(env);
        var go = new TaskCompletionSource();
        Task running = TaskGroup.RunAsync(group =>
        {
            _ = group.Run(_ => new ValueTask(Task.WhenAll(UseAsync(), UseAsync())));
            return default;
        });
        await env.IdleAsync();

        TaskSnapshot snapshot = inspector.Capture();

        Assert.Equal(1, snapshot.WaitCount);
        Assert.Empty(snapshot.Cycles);
        go.SetResult();
        await running;

        async Task UseAsync()
        {
            using (await _a.LockAsync()) await go.Task;
        }
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task AHoldThatAMethodReturns_IsOfTheTask_WhenTasksAreSequential(bool tasksAreSequential) =>
        AsyncTest.RunAsync(async env =>
        {
            using TaskInspector inspector = TaskInspectorTests.Inspect(
                env, new TaskInspectorOptions { TasksAreSequential = tasksAreSequential });
            using var stop = new CancellationTokenSource();
            Task running = TaskGroup.RunAsync(
                group =>
                {
                    _ = group.Run(TakeByMethodThenAgainAsync);
                    return default;
                },
                cancellationToken: stop.Token);
            await env.IdleAsync();

            Assert.Equal(tasksAreSequential ? 1 : 0, inspector.Capture().Cycles.Count);
            await CancelAsync(stop, running);
        });

    [Fact]
    public Task ALongChain_AndASmallCircleAtItsEnd_AreToldApart() => AsyncTest.RunAsync(async env =>
    {
        const int Length = 1_000;
        using TaskInspector inspector = TaskInspectorTests.Inspect(env);
        using var stop = new CancellationTokenSource();
        AsyncLock[] locks = [.. Enumerable.Range(0, Length + 1).Select(static i => new AsyncLock($"{i}"))];
        List<Task> waiting = [];
        for (var i = 0; i < Length; i++) waiting.Add(TakeBothAsync(locks[i], locks[i + 1], stop.Token).AsTask());
        waiting.Add(TakeBothAsync(locks[Length], locks[Length - 1], stop.Token).AsTask());
        await env.IdleAsync();

        IReadOnlyList<TaskWait> cycle = Assert.Single(inspector.Capture().Cycles);

        Assert.Equal(
            [$"AsyncLock \"{Length}\"", $"AsyncLock \"{Length - 1}\""],
            cycle.Select(static wait => wait.Resource).Order());
        await CancelAsync(stop, Task.WhenAll(waiting));
    });

    [Fact]
    public async Task ADeadlockThatAnExplorationFinds_IsReportedAsACycle()
    {
        AsyncTestException found = await Assert.ThrowsAnyAsync<AsyncTestException>(() =>
            AsyncTest.ExploreAsync(static async env =>
            {
                var a = new AsyncLock("a");
                var b = new AsyncLock("b");
                await TaskGroup.RunAsync(group =>
                {
                    _ = group.Run(token => TakeBothAsync(a, b, token), "pay");
                    _ = group.Run(token => TakeBothAsync(b, a, token), "refund");
                    return default;
                });
                Assert.Equal(TimeSpan.Zero, env.Elapsed);
            }));

        Assert.Contains("Cycle: ", found.Message, StringComparison.Ordinal);
        Assert.Contains(
            "pay of TaskGroup waits for AsyncLock \"b\", held by refund", found.Message, StringComparison.Ordinal);
    }

    private static async Task CancelAsync(CancellationTokenSource stop, Task waiting)
    {
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    private static async ValueTask TakeBothAsync(AsyncLock first, AsyncLock second, CancellationToken token)
    {
        using (await first.LockAsync(token))
        {
            await Task.Yield();
            using (await second.LockAsync(token))
            {
            }
        }
    }

    private async ValueTask TakeByMethodThenAgainAsync(CancellationToken token)
    {
        using (await TakeAsync())
        using (await _a.LockAsync(token))
        {
        }

        async Task<AsyncLock.Lease> TakeAsync() => await _a.LockAsync(token);
    }
}
