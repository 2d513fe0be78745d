using System.Collections.Concurrent;
using AsyncKit.Concurrency;
using AsyncKit.Diagnostics;

namespace AsyncKit.Tests.Diagnostics;

/// <summary>What listeners hear of tasks.</summary>
public class AsyncDiagnosticsTaskTests
{
    private readonly object _source = new();

    [Fact]
    public void TaskBegunAndEnded_AreHeardByWhoAskedForTasks()
    {
        var tasks = new RecordingListener(_source);
        var waits = new RecordingListener(_source);
        using IDisposable first = AsyncDiagnostics.Subscribe(DiagnosticEvents.Tasks, tasks);
        using IDisposable second = AsyncDiagnostics.Subscribe(DiagnosticEvents.Waits, waits);

        AsyncDiagnostics.TaskBegun(_source);
        AsyncDiagnostics.TaskBegun(_source, "a parent");
        AsyncDiagnostics.TaskEnded(_source);

        Assert.Equal(["a task begins", "a task begins in a parent", "a task ends"], tasks.Lines);
        Assert.Empty(waits.Lines);
    }

    [Fact]
    public async Task AContender_EndsBeforeItsRace()
    {
        var ends = new EndsHere();
        using IDisposable subscription = AsyncDiagnostics.Subscribe(DiagnosticEvents.Tasks, ends);
        var go = new TaskCompletionSource<int>();
        Task<int> race = TaskRace.FirstSuccessAsync<int>([_ => new ValueTask<int>(go.Task)]);

        go.SetResult(1);
        await race;

        Assert.Equal(["contender 1 of TaskRace", "TaskRace"], ends.Names);
    }

    [Fact]
    public void WhatAListenerThrows_GoesToIt_AndTheTaskGoesOn()
    {
        var throwing = new ThrowingListener(_source);
        var behind = new RecordingListener(_source);
        using IDisposable first = AsyncDiagnostics.Subscribe(DiagnosticEvents.Tasks, throwing);
        using IDisposable second = AsyncDiagnostics.Subscribe(DiagnosticEvents.Tasks, behind);

        AsyncDiagnostics.TaskBegun(_source);
        AsyncDiagnostics.TaskEnded(_source);

        Assert.Equal(["a task begins", "a task ends"], throwing.Faults.Select(static fault => fault.Message));
        Assert.Equal(["a task begins", "a task ends"], behind.Lines);
    }

    [Fact]
    public async Task WhatAListenerSetsWhereATaskBegins_IsThereInTheTask_AndNowhereElse()
    {
        var listener = new FlowingListener();
        using IDisposable subscription = AsyncDiagnostics.Subscribe(DiagnosticEvents.Tasks, listener);
        ConcurrentBag<string?> seen = [];
        var runner = new BoundedRunner(new BoundedRunnerOptions { MaxConcurrency = 1, Name = "r" });

        await TaskGroup.RunAsync(
            group =>
            {
                seen.Add(listener.Current);
                _ = group.Run(async _ => await SeeAsync(), "unlimited");
                seen.Add(listener.Current);
                return default;
            },
            new TaskGroupOptions { Name = "g" });
        await TaskGroup.RunAsync(
            group =>
            {
                _ = group.Run(async _ => await SeeAsync(), "limited");
                return default;
            },
            new TaskGroupOptions { Name = "l", MaxConcurrency = 1 });
        await runner.ForEachAsync([1], async (_, _) => await SeeAsync());
        Assert.True(await TaskRace.FirstSuccessAsync<bool>([async (CancellationToken _) =>
        {
            await SeeAsync();
            return true;
        }]));

        Assert.Null(listener.Current);
        Assert.Equal(
            [
                "TaskGroup \"g\"", "TaskGroup \"g\"", "contender 1 of TaskRace",
                "item 0 of BoundedRunner \"r\" (1 at a time)",
                "limited of TaskGroup \"l\"", "unlimited of TaskGroup \"g\"",
            ],
            seen.Order(StringComparer.Ordinal));

        async Task SeeAsync()
        {
            await Task.Yield();
            seen.Add(listener.Current);
        }
    }

    private sealed class FlowingListener : AsyncDiagnosticsListener
    {
        private readonly AsyncLocal<object?> _current = new();

        public string? Current => _current.Value?.ToString();

        protected override void OnTaskBegun(object task, object? parent) => _current.Value = task;

        protected override void OnFault(Exception fault) => Assert.Fail(fault.Message);
    }

    /// <summary>Hears the ends in the flow in which it was made.</summary>
    private sealed class EndsHere : AsyncDiagnosticsListener
    {
        private readonly AsyncLocal<bool> _isHere = new() { Value = true };

        public ConcurrentQueue<string> Names { get; } = [];

        protected override void OnTaskEnded(object task)
        {
            if (_isHere.Value) Names.Enqueue($"{task}");
        }

        protected override void OnFault(Exception fault) => Names.Enqueue(fault.Message);
    }
}
