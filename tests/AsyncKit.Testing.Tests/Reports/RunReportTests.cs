using AsyncKit.Concurrency;
using AsyncKit.Diagnostics;
using AsyncKit.Synchronization;
using AsyncKit.Testing.Tests.Stress;

namespace AsyncKit.Testing.Tests.Reports;

/// <summary>What the report of a run says of tasks, and of who waits for whom.</summary>
[Collection(typeof(Alone))]
public class RunReportTests
{
    [Fact]
    public async Task ADeadlockOfStrands_IsATree_WithTheCycle()
    {
        AsyncTestException deadlock = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(
            static env =>
            {
                var a = new AsyncLock("a");
                var b = new AsyncLock("b");
                return Task.WhenAll(
                    env.Start("pay", () => TakeBothAsync(a, b, default)),
                    env.Start("refund", () => TakeBothAsync(b, a, default)));
            }));

        Assert.Contains(
            """

            Tasks, and what they wait for:
              test: Running (0 s)
                pay: Deadlocked (0 s)
                  waits for AsyncLock "b", held by refund (0 s)
                  holds AsyncLock "a" (0 s)
                refund: Deadlocked (0 s)
                  waits for AsyncLock "a", held by pay (0 s)
                  holds AsyncLock "b" (0 s)
              Cycle: pay waits for AsyncLock "b", held by refund; refund waits for AsyncLock "a", held by pay

            """,
            deadlock.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task AGroupThatHangs_IsShownWithItsChildren()
    {
        AsyncTestException deadlock = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(
            static _ => HangAsync()));

        Assert.Contains(HangingTree, deadlock.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Cycle", deadlock.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OneThatTakesTooLong_IsShownAsWell()
    {
        AsyncTestException late = await Assert.ThrowsAnyAsync<AsyncTestException>(() => AsyncTest.RunAsync(
            static env => Task.WhenAll(
                HangAsync(), env.ExternalAsync(static () => new TaskCompletionSource().Task)),
            new AsyncTestOptions { RealTimeout = TimeSpan.FromSeconds(3) }));

        Assert.Equal(AsyncTestFailure.RealTimeout, late.Failure);
        Assert.Contains(HangingTree, late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithNothingButStrands_ThereIsNoTree()
    {
        AsyncTestException deadlock = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(
            static env => env.Start("waits", static () => new TaskCompletionSource().Task)));

        Assert.DoesNotContain("Tasks, and what", deadlock.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhenARunHasEnded_NobodyListensForItAnyMore()
    {
        // Of a run that never came back, in a test before this one, somebody may still listen.
        bool before = AsyncDiagnostics.IsEnabled(DiagnosticEvents.Tasks | DiagnosticEvents.Waits);
        await AsyncTest.RunAsync(static env => env.Start("short", static () => Task.CompletedTask));
        await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(static _ => HangAsync()));

        Assert.Equal(before, AsyncDiagnostics.IsEnabled(DiagnosticEvents.Tasks | DiagnosticEvents.Waits));
    }

    private const string HangingTree =
        """

        Tasks, and what they wait for:
          test: Running (0 s)
            TaskGroup "site": Running (0 s)
              crawler: Waiting (0 s)
                waits for AsyncManualResetEvent "page" (0 s)
        """;

    private static Task HangAsync() => TaskGroup.RunAsync(
        static group =>
        {
            _ = group.Run(static token => new AsyncManualResetEvent(name: "page").WaitAsync(token), "crawler");
            return ValueTask.CompletedTask;
        },
        new TaskGroupOptions { Name = "site" });

    private static async Task TakeBothAsync(AsyncLock first, AsyncLock second, CancellationToken cancellationToken)
    {
        using (await first.LockAsync(cancellationToken))
        {
            await Task.Yield();
            using (await second.LockAsync(cancellationToken))
            {
            }
        }
    }
}
