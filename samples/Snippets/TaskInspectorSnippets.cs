using AsyncKit.Concurrency;
using AsyncKit.Diagnostics;
using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Snippets;

public class TaskInspectorSnippets
{
    [Fact]
    public Task TwoLocksInOppositeOrder_AreSaidToWaitForEachOther() => AsyncTest.RunAsync(async env =>
    {
        using TaskInspector inspector = TaskInspector.Start(
            new TaskInspectorOptions { TimeProvider = env.Time, Filter = () => TestEnv.Current == env });
        var accounts = new AsyncLock("accounts");
        var audit = new AsyncLock("audit");
        using var stop = new CancellationTokenSource();
        Task bank = TaskGroup.RunAsync(
            group =>
            {
                _ = group.Run(token => TakeBothAsync(accounts, audit, token), "pay");
                _ = group.Run(token => TakeBothAsync(audit, accounts, token), "refund");
                return ValueTask.CompletedTask;
            },
            new TaskGroupOptions { Name = "bank" },
            stop.Token);
        await env.DelayAsync(TimeSpan.FromSeconds(4));
        List<string> log = [];

        #region task-inspector-report
        TaskSnapshot snapshot = inspector.Capture();
        if (snapshot.Cycles.Count > 0) log.Add(snapshot.FormatTree());
        #endregion

        Assert.Equal(
            """
            TaskGroup "bank": Running (4 s)
              pay: Deadlocked (4 s)
                waits for AsyncLock "audit", held by refund of TaskGroup "bank" (4 s)
                holds AsyncLock "accounts" (4 s)
              refund: Deadlocked (4 s)
                waits for AsyncLock "accounts", held by pay of TaskGroup "bank" (4 s)
                holds AsyncLock "audit" (4 s)
            """,
            log[0][..log[0].IndexOf("\nCycle", StringComparison.Ordinal)]);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bank);
    });

    [Fact]
    public async Task WhatAnApplicationDoes_IsShownWhenItIsAskedFor()
    {
        var go = new AsyncManualResetEvent(name: "go");

        #region task-inspector
        using TaskInspector inspector = TaskInspector.Start();

        Task serving = TaskGroup.RunAsync(group =>
        {
            _ = group.Run(token => go.WaitAsync(token), "listener");
            return ValueTask.CompletedTask;
        });

        string now = inspector.Capture().FormatTree(); // for an endpoint, a signal, a watchdog
        #endregion

        Assert.Contains("listener: Waiting", now, StringComparison.Ordinal);
        go.Set();
        await serving;
    }

    [Fact]
    public Task WorkOfYourOwn_IsShownToo() => AsyncTest.RunAsync(async env =>
    {
        using TaskInspector inspector = TaskInspector.Start(
            new TaskInspectorOptions { TimeProvider = env.Time, Filter = () => TestEnv.Current == env });
        Task importing = ImportAsync("prices.csv", env);
        Assert.Equal("import of prices.csv: Running (0 s)", inspector.Capture().FormatTree());
        await importing;
        Assert.Equal(0, inspector.Capture().TaskCount);

        #region task-inspector-own
        static async Task ImportAsync(string file, TestEnv env)
        {
            object? task = AsyncDiagnostics.IsEnabled(DiagnosticEvents.Tasks) ? $"import of {file}" : null;
            if (task is not null) AsyncDiagnostics.TaskBegun(task);
            try
            {
                await env.DelayAsync(TimeSpan.FromSeconds(1));
            }
            finally
            {
                if (task is not null) AsyncDiagnostics.TaskEnded(task);
            }
        }
        #endregion
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
