using AsyncKit.Concurrency;
using AsyncKit.Diagnostics;
using AsyncKit.Synchronization;
using AsyncKit.Tests.Diagnostics;

namespace AsyncKit.Tests.Concurrency;

/// <summary>What listeners and inspectors hear of a runner.</summary>
public class BlockingRunnerDiagnosticsTests
{
    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Listeners_HearOfWaits_AndOfTheThreadsThatAreHeld()
    {
        await using var runner = new BlockingRunner(new BlockingRunnerOptions { MaxThreads = 1, Name = "disk" });
        var listener = new RecordingListener(runner);
        using var gate = new SemaphoreSlim(0);
        using var leaver = new CancellationTokenSource();
        using (AsyncDiagnostics.Subscribe(DiagnosticEvents.Waits, listener))
        {
            Task first = runner.RunAsync(gate.Wait, TestToken);
            Task second = runner.RunAsync(static _ => { }, TestToken);
            Task third = runner.RunAsync(static _ => { }, leaver.Token);
            await leaver.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
            gate.Release();
            await Task.WhenAll(first, second);
            await runner.DisposeAsync();
        }

        // The first is begun on its own thread: before or after the others have come to wait.
        string[] heard = [.. listener.Lines];
        Assert.Contains("wait 1 for BlockingRunner \"disk\" holds", heard);
        Assert.Equal(
            [
                "wait 2 for BlockingRunner \"disk\" waits",
                "wait 3 for BlockingRunner \"disk\" waits",
                "wait 3 for BlockingRunner \"disk\" waits no more",
                "wait 1 for BlockingRunner \"disk\" gives back",
                "wait 2 for BlockingRunner \"disk\" waits no more",
                "wait 2 for BlockingRunner \"disk\" holds",
                "wait 2 for BlockingRunner \"disk\" gives back",
            ],
            heard.Where(static line => !line.StartsWith("wait 1", StringComparison.Ordinal)
                || line.EndsWith("gives back", StringComparison.Ordinal)));
        Assert.Empty(listener.Faults);
    }

    [Fact(Timeout = 60_000)]
    public async Task ACallThatWaitsForALock_WhoseHolderWaitsForAThread_IsACycle()
    {
        using TaskInspector inspector = TaskInspectorTests.InspectThisFlow(new TaskInspectorOptions());
        await using var runner = new BlockingRunner(new BlockingRunnerOptions { MaxThreads = 1, Name = "disk" });
        var files = new AsyncLock("files");
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(TestToken);
        var isRunning = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        Task both = TaskGroup.RunAsync(
            group =>
            {
                _ = group.Run(HoldAsync, "holder");
                _ = group.Run(CallAsync, "caller");
                return ValueTask.CompletedTask;
            },
            cancellationToken: cut.Token);
        while (inspector.Capture().Cycles.Count is 0) await Task.Yield();
        TaskSnapshot snapshot = inspector.Capture();
        await cut.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => both);

        Assert.Equal(
            [
                "caller of TaskGroup waits for AsyncLock \"files\", held by holder of TaskGroup",
                "holder of TaskGroup waits for BlockingRunner \"disk\", held by caller of TaskGroup",
            ],
            Assert.Single(snapshot.Cycles).Select(static wait => wait.ToString()).Order(StringComparer.Ordinal));

        async ValueTask HoldAsync(CancellationToken token)
        {
            using (await files.LockAsync(token))
            {
                await isRunning.Task;
                await runner.RunAsync(static _ => { }, token);
            }
        }

        async ValueTask CallAsync(CancellationToken token) => await runner.RunAsync(
            token =>
            {
                isRunning.SetResult();
                files.Lock(token).Dispose();
            },
            token);
    }
}
