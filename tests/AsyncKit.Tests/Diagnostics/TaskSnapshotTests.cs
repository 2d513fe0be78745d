using System.Text.Json;
using AsyncKit.Concurrency;
using AsyncKit.Diagnostics;
using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Diagnostics;

/// <summary>How a snapshot is written.</summary>
public class TaskSnapshotTests
{
    [Fact]
    public Task AsJson_ItSaysTheSame() => OfADeadlockAsync(static snapshot =>
    {
        using JsonDocument parsed = JsonDocument.Parse(snapshot.FormatJson());

        JsonElement root = parsed.RootElement;
        Assert.Equal(
            (3, 2, 2),
            (root.GetProperty("taskCount").GetInt32(), root.GetProperty("waitCount").GetInt32(),
                root.GetProperty("holdCount").GetInt32()));
        JsonElement group = Assert.Single(root.GetProperty("tasks").EnumerateArray());
        Assert.Equal("TaskGroup \"a \\ ü\"", group.GetProperty("name").GetString());
        Assert.Equal("running", group.GetProperty("state").GetString());
        Assert.False(group.TryGetProperty("waitsFor", out _));
        JsonElement child = group.GetProperty("children")[0];
        Assert.Equal("deadlocked", child.GetProperty("state").GetString());
        Assert.Equal(2.5, child.GetProperty("age").GetDouble());
        JsonElement wait = Assert.Single(child.GetProperty("waitsFor").EnumerateArray());
        Assert.Equal("AsyncLock \"b\"", wait.GetProperty("resource").GetString());
        Assert.Equal(snapshot.Tasks[0].Children[1].Name, wait.GetProperty("heldBy")[0].GetString());
        Assert.Equal("AsyncLock \"a\"", child.GetProperty("holds")[0].GetProperty("resource").GetString());
        Assert.Equal(2, Assert.Single(root.GetProperty("cycles").EnumerateArray()).GetArrayLength());
    });

    [Fact]
    public Task AsText_ChildrenStandBelowTheirGroup_AndCyclesAtTheEnd() => OfADeadlockAsync(static snapshot =>
        Assert.Equal(
            """
            TaskGroup "a \ ü": Running (2.5 s)
              one: Deadlocked (2.5 s)
                waits for AsyncLock "b", held by two of TaskGroup "a \ ü" (2.5 s)
                holds AsyncLock "a" (2.5 s)
              two: Deadlocked (2.5 s)
                waits for AsyncLock "a", held by one of TaskGroup "a \ ü" (2.5 s)
                holds AsyncLock "b" (2.5 s)
            Cycle: one of TaskGroup "a \ ü" waits for AsyncLock "b", held by two of TaskGroup "a \ ü";
            """
            + " two of TaskGroup \"a \\ ü\" waits for AsyncLock \"a\", held by one of TaskGroup \"a \\ ü\"",
            snapshot.FormatTree()));

    [Fact]
    public Task ATreeDeeperThanReadersOfJsonGo_IsCut_AndCounted() => AsyncTest.RunAsync(static async env =>
    {
        const int Depth = 200;
        using TaskInspector inspector = TaskInspectorTests.Inspect(env);
        var go = new AsyncManualResetEvent();
        Task running = NestAsync(Depth);

        TaskSnapshot snapshot = inspector.Capture();

        Assert.Equal(Depth, snapshot.TaskCount);
        using JsonDocument parsed = JsonDocument.Parse(snapshot.FormatJson());
        Assert.Contains("and 1 more", snapshot.FormatTree(), StringComparison.Ordinal);
        go.Set();
        await running;

        Task NestAsync(int depth) => TaskGroup.RunAsync(async _ =>
        {
            if (depth > 1) await NestAsync(depth - 1);
            else await go.WaitAsync();
        });
    });

    [Fact]
    public void OfNothing_ItIsEmpty()
    {
        using TaskInspector inspector = TaskInspector.Start(new TaskInspectorOptions { Filter = static () => false });

        TaskSnapshot snapshot = inspector.Capture();

        Assert.Equal("", snapshot.FormatTree());
        using JsonDocument parsed = JsonDocument.Parse(snapshot.FormatJson());
        Assert.False(parsed.RootElement.TryGetProperty("tasks", out _));
    }

    private static Task OfADeadlockAsync(Action<TaskSnapshot> check) => AsyncTest.RunAsync(async env =>
    {
        using TaskInspector inspector = TaskInspectorTests.Inspect(env);
        using var stop = new CancellationTokenSource();
        var a = new AsyncLock("a");
        var b = new AsyncLock("b");
        Task running = TaskGroup.RunAsync(
            group =>
            {
                _ = group.Run(token => TakeBothAsync(a, b, token), "one");
                _ = group.Run(token => TakeBothAsync(b, a, token), "two");
                return default;
            },
            new TaskGroupOptions { Name = "a \\ ü" },
            stop.Token);
        await env.DelayAsync(TimeSpan.FromSeconds(2.5));

        check(inspector.Capture());

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    });

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
}
