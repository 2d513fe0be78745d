using AsyncKit.Concurrency;
using AsyncKit.Diagnostics;
using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Diagnostics;

/// <summary>What an inspector shows of tasks, waits and holds.</summary>
public class TaskInspectorTests
{
    [Fact]
    public Task AGroup_ItsChildren_AndWhatTheyWaitForAndHold_AreShownWithTheirAges() => AsyncTest.RunAsync(
        static async env =>
        {
            using TaskInspector inspector = Inspect(env);
            var orders = new AsyncLock("orders", env.Time);
            Task running = TaskGroup.RunAsync(
                async group =>
                {
                    _ = group.Run(token => HoldForAsync(orders, 10, env, token), "writer");
                    await env.DelayAsync(TimeSpan.FromSeconds(1));
                    _ = group.Run(token => HoldForAsync(orders, 0, env, token), "reader");
                    _ = group.Run(token => new ValueTask(env.DelayAsync(TimeSpan.FromSeconds(9), token)));
                },
                new TaskGroupOptions { Name = "shop" });
            await env.DelayAsync(TimeSpan.FromSeconds(3));

            TaskSnapshot snapshot = inspector.Capture();

            TaskNode shop = Assert.Single(snapshot.Tasks);
            Assert.Equal(
                ("TaskGroup \"shop\"", TaskNodeState.Running, TimeSpan.FromSeconds(3)),
                (shop.Name, shop.State, shop.Age));
            Assert.Equal(
                [
                    ("writer of TaskGroup \"shop\"", TaskNodeState.Running, 3),
                    ("reader of TaskGroup \"shop\"", TaskNodeState.Waiting, 2),
                    ("child 1 of TaskGroup \"shop\"", TaskNodeState.Running, 2),
                ],
                shop.Children.Select(static child => (child.Name, child.State, (int)child.Age.TotalSeconds)));
            TaskHold hold = Assert.Single(shop.Children[0].Holds);
            Assert.Equal(("AsyncLock \"orders\"", TimeSpan.FromSeconds(3)), (hold.Resource, hold.Age));
            TaskWait wait = Assert.Single(shop.Children[1].WaitsFor);
            Assert.Equal(
                "reader of TaskGroup \"shop\" waits for AsyncLock \"orders\", held by writer of TaskGroup \"shop\"",
                wait.ToString());
            Assert.Equal(TimeSpan.FromSeconds(2), wait.Age);
            Assert.Equal((4, 1, 1), (snapshot.TaskCount, snapshot.WaitCount, snapshot.HoldCount));
            Assert.Empty(snapshot.Cycles);
            await running;
            AssertEmpty(inspector.Capture());
        });

    [Fact]
    public Task AChildThatWaitsForItsTurn_IsWaitingForTheLimitOfTheGroup() => AsyncTest.RunAsync(static async env =>
    {
        using TaskInspector inspector = Inspect(env);
        var go = new AsyncManualResetEvent();
        Task running = TaskGroup.RunAsync(
            group =>
            {
                _ = group.Run(token => go.WaitAsync(token), "first");
                _ = group.Run(token => go.WaitAsync(token), "second");
                return default;
            },
            new TaskGroupOptions { Name = "line", MaxConcurrency = 1 });

        TaskNode line = Assert.Single(inspector.Capture().Tasks);

        Assert.Equal(
            ["AsyncManualResetEvent", "ConcurrencyLimit \"line\""],
            line.Children.Select(static child => Assert.Single(child.WaitsFor).Resource));
        Assert.Equal(["first of TaskGroup \"line\""], line.Children[1].WaitsFor[0].HeldBy);
        go.Set();
        await running;
        AssertEmpty(inspector.Capture());
    });

    [Fact]
    public Task GroupsRunnersAndRaces_InsideEachOther_AreOneTree() => AsyncTest.RunAsync(static async env =>
    {
        using TaskInspector inspector = Inspect(env);
        var go = new AsyncManualResetEvent(name: "go");
        var runner = new BoundedRunner(new BoundedRunnerOptions { MaxConcurrency = 2, Name = "pages" });
        Task running = TaskGroup.RunAsync(
            group =>
            {
                _ = group.Run(
                    token => new ValueTask(runner.ForEachAsync([1, 2, 3], (_, stop) => WinAsync(go, stop), token)),
                    "crawler");
                return default;
            });
        await env.IdleAsync();

        string tree = inspector.Capture().FormatTree();

        Assert.Equal(
            """
            TaskGroup: Running (0 s)
              crawler: Running (0 s)
                BoundedRunner "pages" (2 at a time): Running (0 s)
                  item 0: Running (0 s)
                    holds ConcurrencyLimit (0 s)
                    TaskRace: Running (0 s)
                      contender 1: Waiting (0 s)
                        waits for AsyncManualResetEvent "go" (0 s)
                  item 1: Running (0 s)
                    holds ConcurrencyLimit (0 s)
                    TaskRace: Running (0 s)
                      contender 1: Waiting (0 s)
                        waits for AsyncManualResetEvent "go" (0 s)
            """,
            tree);
        go.Set();
        await running;
        AssertEmpty(inspector.Capture());
    });

    [Fact]
    public Task EachWayToEnd_LeavesNothing() => AsyncTest.RunAsync(static async env =>
    {
        using TaskInspector inspector = Inspect(env);
        var held = new AsyncLock();
        using (await held.LockAsync())
        {
            var options = new TaskGroupOptions { Timeout = TimeSpan.FromSeconds(1), TimeProvider = env.Time };
            await Assert.ThrowsAsync<TimeoutException>(() => TaskGroup.RunAsync(
                group => { _ = group.Run(async token => { using (await held.LockAsync(token)) { } }); return default; },
                options));
            await Assert.ThrowsAsync<TimeoutException>(() => TaskGroup.RunAsync(
                group => { _ = group.Run(async token => { using (await held.LockAsync(token)) { } }); return default; },
                options with { MaxConcurrency = 1 }));
        }

        await Assert.ThrowsAsync<IOException>(() => TaskGroup.RunAsync(group =>
        {
            _ = group.Run(static _ => throw new IOException());
            return default;
        }));
        await Assert.ThrowsAsync<IOException>(() => TaskGroup.RunAsync(static _ => throw new IOException()));
        await Assert.ThrowsAsync<IOException>(() =>
            new BoundedRunner(2).ForEachAsync([1, 2, 3], static (_, _) => throw new IOException()));
        await Assert.ThrowsAsync<IOException>(() => TaskRace.FirstSuccessAsync<int>(
            [static (CancellationToken _) => throw new IOException()]));

        AssertEmpty(inspector.Capture());
    });

    [Fact]
    public Task WhatBeganBefore_IsUnknown_AndWhatBeginsInIt_StandsForItself() => AsyncTest.RunAsync(static async env =>
    {
        var go = new AsyncManualResetEvent();
        TaskGroup? early = null;
        Task running = TaskGroup.RunAsync(
            async group =>
            {
                early = group;
                await go.WaitAsync();
            },
            new TaskGroupOptions { Name = "early" });
        using TaskInspector inspector = Inspect(env);
        _ = early!.Run(token => go.WaitAsync(token), "late");

        TaskNode late = Assert.Single(inspector.Capture().Tasks);

        Assert.Equal("late of TaskGroup \"early\"", late.Name);
        go.Set();
        await running;
        AssertEmpty(inspector.Capture());
    });

    [Fact]
    public Task Dispose_ForgetsAll_AndNotesNothingMore() => AsyncTest.RunAsync(static async env =>
    {
        TaskInspector inspector = Inspect(env);
        var go = new AsyncManualResetEvent();
        Task before = TaskGroup.RunAsync(group => { _ = group.Run(token => go.WaitAsync(token)); return default; });
        Assert.Equal(2, inspector.Capture().TaskCount);

        inspector.Dispose();
        inspector.Dispose();
        Task after = TaskGroup.RunAsync(group => { _ = group.Run(token => go.WaitAsync(token)); return default; });

        AssertEmpty(inspector.Capture());
        go.Set();
        await before;
        await after;
        AssertEmpty(inspector.Capture());
    });

    [Fact]
    public Task CodeOutsideOfTasks_IsNamedByItsWaits() => AsyncTest.RunAsync(static async env =>
    {
        using TaskInspector inspector = Inspect(env);
        var orders = new AsyncLock("orders");
        AsyncLock.Lease lease = await orders.LockAsync();
        Task waiting = orders.LockAsync().AsTask();

        TaskWait wait = Assert.Single(inspector.Capture().OtherWaits);

        Assert.Equal(
            "wait 2 for AsyncLock \"orders\" waits for AsyncLock \"orders\", held by wait 1 for AsyncLock \"orders\"",
            wait.ToString());
        lease.Dispose();
        await waiting;
    });

    [Fact]
    public async Task ACrowd_IsCounted_AndListedInPart()
    {
        const int Many = 100_000;
        using TaskInspector inspector = InspectThisFlow(new TaskInspectorOptions { MaxListed = 3 });
        var orders = new AsyncLock("orders");

        // In a flow of its own: a group that is begun inside of a hold is taken to be awaited there.
        AsyncLock.Lease lease = await Task.Run(() => orders.LockAsync().AsTask());
        Task running = TaskGroup.RunAsync(group =>
        {
            for (var i = 0; i < Many; i++) _ = group.Run(async token => { using (await orders.LockAsync(token)) { } });
            return default;
        });

        TaskSnapshot snapshot = inspector.Capture();

        TaskNode group = Assert.Single(snapshot.Tasks);
        Assert.Equal((3, Many - 3), (group.Children.Count, group.OmittedCount));
        Assert.Equal((Many + 1, Many, 1), (snapshot.TaskCount, snapshot.WaitCount, snapshot.HoldCount));
        Assert.EndsWith($"\n  and {Many - 3} more", snapshot.FormatTree(), StringComparison.Ordinal);
        lease.Dispose();
        await running;
        AssertEmpty(inspector.Capture());
    }

    [Fact]
    public async Task ManyHoldsInsideOfEachOther_AreCapturedAtOnce()
    {
        const int Many = 100_000;
        using TaskInspector inspector = InspectThisFlow(new TaskInspectorOptions());

        TaskSnapshot snapshot = await TaskGroup.RunAsync(async group =>
        {
            for (var i = 0; i < Many; i++) await new AsyncLock().LockAsync(group.CancellationToken);
            return inspector.Capture();
        });

        TaskNode node = Assert.Single(snapshot.Tasks);
        Assert.Equal((Many, 100, Many - 100), (snapshot.HoldCount, node.Holds.Count, node.OmittedCount));
    }

    [Fact]
    public Task WaitsOutsideOfTasks_AreListedInPart() => AsyncTest.RunAsync(static async env =>
    {
        using TaskInspector inspector = Inspect(env, new TaskInspectorOptions { MaxListed = 1 });
        var go = new AsyncManualResetEvent();
        Task[] waits = [go.WaitAsync().AsTask(), go.WaitAsync().AsTask(), go.WaitAsync().AsTask()];

        TaskSnapshot snapshot = inspector.Capture();

        Assert.Equal((1, 2), (snapshot.OtherWaits.Count, snapshot.OmittedCount));
        Assert.EndsWith("\nand 2 more", snapshot.FormatTree(), StringComparison.Ordinal);
        go.Set();
        await Task.WhenAll(waits);
    });

    [Fact]
    public void ANameThatThrows_CostsNothingButItself()
    {
        using TaskInspector inspector = InspectThisFlow(new TaskInspectorOptions());
        var nameless = new Nameless();

        AsyncDiagnostics.TaskBegun(nameless);
        AsyncDiagnostics.Held(nameless, "holder");

        TaskNode task = Assert.Single(inspector.Capture().Tasks);
        Assert.Equal("Nameless, whose ToString threw NotSupportedException", task.Name);
        Assert.Equal(task.Name, Assert.Single(task.Holds).Resource);
    }

    [Fact]
    public Task AFilterThatThrows_HidesWhatBegins_AndHarmsNobody() => AsyncTest.RunAsync(static async env =>
    {
        using TaskInspector inspector = TaskInspector.Start(
            new TaskInspectorOptions { Filter = static () => throw new InvalidOperationException() });

        int value = await TaskGroup.RunAsync(
            static group => new ValueTask<int>(group.Run(static _ => ValueTask.FromResult(1))));

        Assert.Equal(1, value);
        AssertEmpty(inspector.Capture());
        Assert.Equal(TimeSpan.Zero, env.Elapsed);
    });

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Start_WithAnOptionOutOfRange_IsRefused(int maxListed)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(
            "options", () => TaskInspector.Start(new TaskInspectorOptions { MaxListed = maxListed }));

        Assert.Contains(
            $"MaxListed must be at least 1, but was {maxListed}", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(
            "options", () => TaskInspector.Start(new TaskInspectorOptions { TimeProvider = null! }));
    }

    internal static TaskInspector Inspect(TestEnv env, TaskInspectorOptions? options = null) =>
        TaskInspector.Start((options ?? new TaskInspectorOptions()) with
        {
            TimeProvider = env.Time,
            Filter = () => TestEnv.Current == env,
        });

    internal static TaskInspector InspectThisFlow(TaskInspectorOptions options)
    {
        var isMine = new AsyncLocal<bool> { Value = true };
        return TaskInspector.Start(options with { Filter = () => isMine.Value });
    }

    internal static void AssertEmpty(TaskSnapshot snapshot)
    {
        Assert.Equal((0, 0, 0), (snapshot.TaskCount, snapshot.WaitCount, snapshot.HoldCount));
        Assert.Equal("", snapshot.FormatTree());
    }

    private static async ValueTask HoldForAsync(AsyncLock held, int seconds, TestEnv env, CancellationToken token)
    {
        using (await held.LockAsync(token)) await env.DelayAsync(TimeSpan.FromSeconds(seconds), token);
    }

    private static async ValueTask WinAsync(AsyncManualResetEvent go, CancellationToken token) =>
        await TaskRace.FirstSuccessAsync<bool>(
            [
                async (CancellationToken stop) =>
                {
                    await go.WaitAsync(stop);
                    return true;
                },
            ],
            cancellationToken: token);

    private sealed class Nameless
    {
        public override string ToString() => throw new NotSupportedException();
    }
}
