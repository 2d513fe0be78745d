using System.Runtime.CompilerServices;

namespace AsyncKit.Testing.Tests.Running;

/// <summary>How runs end.</summary>
public class TestRunTests
{
    private static readonly AsyncTestOptions _quick = new()
    {
        Leaks = LeakChecks.None,
        ExternalGrace = TimeSpan.Zero,
    };

    [Fact]
    public async Task ABodyThatReturnsNull_Fails()
    {
        Task? none = null;

        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => AsyncTest.RunAsync(_ => none!));

        Assert.Contains("returned null", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABodyWithAValueThatReturnsNull_Fails()
    {
        Task<int>? none = null;

        await Assert.ThrowsAsync<InvalidOperationException>(() => AsyncTest.RunAsync(_ => none!));
    }

    [Fact]
    public async Task CancelledWhileWhatIsLeftRuns_ItEndsAtOnce()
    {
        using var cancel = new CancellationTokenSource();
        var rounds = 0;

        Task run = AsyncTest.RunAsync(
            env =>
            {
                _ = env.Start("endless", async () =>
                {
                    for (; ; await env.YieldAsync())
                    {
                        if (++rounds is 100) await cancel.CancelAsync();
                    }
                });
                return Task.CompletedTask;
            },
            new AsyncTestOptions { MaxSteps = 10_000 },
            cancel.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.True(run.IsCanceled);
        Assert.InRange(rounds, 100, 102);
    }

    [Theory]
    [InlineData("a method that waits")]
    [InlineData("a deadlock")]
    [InlineData("a thread that blocks")]
    [InlineData("a timer")]
    public async Task AnEndedRun_IsNotKept(string end)
    {
        // What ran last on a thread may be kept by its stack.
        const int Runs = 20;
        const int Enough = 10;
        List<WeakReference> ended = [];
        for (var i = 0; i < Runs; i++) ended.Add(await RunAsync(BodyThatLeaves(end)));

        for (var look = 0; look < 100 && ended.Count(static env => env.IsAlive) > Enough; look++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Yield();
        }

        Assert.InRange(ended.Count(static env => env.IsAlive), 0, Enough);
    }

    private static Func<TestEnv, Task> BodyThatLeaves(string what) => what switch
    {
        "a method that waits" => static async env =>
        {
            _ = WaitAsync();
            await env.YieldAsync();
        }
        ,
        "a deadlock" => static _ => WaitAsync(),
        "a thread that blocks" => static async env =>
        {
            var never = new ManualResetEventSlim();
            _ = Task.Run(never.Wait);
            await env.IdleAsync();
            throw new FormatException();
        }
        ,
        _ => static env =>
        {
            _ = env.DelayAsync(TimeSpan.FromHours(1));
            return Task.CompletedTask;
        }
        ,
    };

    private static async Task WaitAsync() => await new TaskCompletionSource().Task;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> RunAsync(Func<TestEnv, Task> body)
    {
        WeakReference? reference = null;
        await Record.ExceptionAsync(() => AsyncTest.RunAsync(
            env =>
            {
                reference = new WeakReference(env);
                return body(env);
            },
            _quick));
        return reference!;
    }
}
