using System.Runtime.CompilerServices;

namespace AsyncKit.Testing.Tests.Reports;

public class LeaksTests
{
    [Fact]
    public async Task ATimerThatStillWaits_IsALeak()
    {
        AsyncTestException leak = await LeakOfAsync(
            static env =>
            {
                _ = new PeriodicTimer(TimeSpan.FromMinutes(5), env.Time);
                return Task.CompletedTask;
            },
            LeakChecks.Default);

        Assert.Contains("due at 00:05:00", leak.Message, StringComparison.Ordinal);
    }

    [Fact]
    public Task WithoutTheCheck_TheTimerIsNone() => AsyncTest.RunAsync(
        static env =>
        {
            _ = new PeriodicTimer(TimeSpan.FromMinutes(5), env.Time);
            return Task.CompletedTask;
        },
        new AsyncTestOptions { Leaks = LeakChecks.Work });

    [Fact]
    public async Task AThreadThatBlocks_IsALeak()
    {
        using var never = new ManualResetEventSlim();

        AsyncTestException leak = await LeakOfAsync(
            env =>
            {
                _ = Task.Run(() => never.Wait());
                return env.YieldAsync().AsTask();
            },
            LeakChecks.Default);

        Assert.Contains("LeaksTests", leak.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMethodThatStillWaits_IsALeak_WhenAsked()
    {
        AsyncTestException leak = await LeakOfAsync(
            static env =>
            {
                _ = WaitForeverAsync();
                return Task.CompletedTask;
            },
            LeakChecks.All);

        Assert.Contains("LeaksTests.WaitForeverAsync", leak.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnExceptionNobodyLookedAt_IsALeakOfItsOwnTest_WhenAsked()
    {
        Task other = AsyncTest.RunAsync(
            static env => env.DelayAsync(TimeSpan.FromSeconds(1)),
            new AsyncTestOptions { Leaks = LeakChecks.UnobservedExceptions });
        AsyncTestException leak = await LeakOfAsync(
            static async env =>
            {
                Forget();
                await env.IdleAsync();
            },
            LeakChecks.UnobservedExceptions);

        Assert.Contains("nobody will look", leak.Message, StringComparison.Ordinal);
        await other;
    }

    [Fact]
    public async Task AnExceptionNobodyLookedAt_IsFoundInTheScheduleThatLeavesIt()
    {
        var found = await Assert.ThrowsAnyAsync<AsyncTestException>(() => AsyncTest.ExploreAsync(
            static async env =>
            {
                if (env.Choose(4) is 3) Forget();
                await env.IdleAsync();
            },
            new ExploreOptions { Leaks = LeakChecks.UnobservedExceptions }));

        Assert.Equal(AsyncTestFailure.Leak, found.Failure);
        Assert.Contains("nobody will look", found.Message, StringComparison.Ordinal);
    }

    // Not inlined: the task must be garbage when the method returns.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget() => _ = ThrowAsync();

    private static async Task ThrowAsync()
    {
        await Task.Yield();
        throw new FormatException("nobody will look");
    }

    private static async Task WaitForeverAsync() => await new TaskCompletionSource().Task;

    private static async Task<AsyncTestException> LeakOfAsync(Func<TestEnv, Task> body, LeakChecks checks)
    {
        var thrown = await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.RunAsync(body, new AsyncTestOptions { Leaks = checks }));
        Assert.Equal(AsyncTestFailure.Leak, thrown.Failure);
        return thrown;
    }
}
