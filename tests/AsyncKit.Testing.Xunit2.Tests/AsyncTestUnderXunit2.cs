namespace AsyncKit.Testing.Xunit2.Tests;

/// <summary>What <see cref="AsyncTest"/> promises to users of xunit 2, who call it from their facts.</summary>
public sealed class AsyncTestUnderXunit2 : IAsyncLifetime
{
    private TestEnv? _envOfInitialization;
    private bool _isInitialized;

    public async Task InitializeAsync()
    {
        await Task.Yield();
        _envOfInitialization = TestEnv.Current;
        _isInitialized = true;
    }

    public Task DisposeAsync()
    {
        Assert.Null(TestEnv.Current);
        return Task.CompletedTask;
    }

    [Fact]
    public Task Time_IsVirtual() => AsyncTest.RunAsync(async env =>
    {
        await env.DelayAsync(TimeSpan.FromDays(1));

        Assert.Equal(TimeSpan.FromDays(1), env.Elapsed);
    });

    [Fact]
    public Task PoolThreads_TakeTheirTurns() => AsyncTest.RunAsync(async env =>
    {
        List<int> order = [];
        Task[] work = [.. Enumerable.Range(0, 50).Select(number => Task.Run(async () =>
        {
            order.Add(number);
            await env.DelayAsync(TimeSpan.FromSeconds(50 - number)).ConfigureAwait(false);
            order.Add(number);
        }))];
        await Task.WhenAll(work);

        Assert.Equal([.. Enumerable.Range(0, 50), .. Enumerable.Range(0, 50).Reverse()], order);
        Assert.Equal(TimeSpan.FromSeconds(50), env.Elapsed);
    });

    [Fact]
    public Task ConfigureAwaitFalse_StaysInTheTest() => AsyncTest.RunAsync(async env =>
    {
        await Task.Yield();
        await env.DelayAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(false);

        Assert.Same(env, TestEnv.Current);
    });

    [Fact]
    public async Task Initialization_IsOutside_AndDoneBeforeTheTest()
    {
        Assert.Null(_envOfInitialization);

        await AsyncTest.RunAsync(env =>
        {
            Assert.True(_isInitialized);
            Assert.Same(env, TestEnv.Current);
            return Task.CompletedTask;
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(24)]
    public Task Theory_RunsForEachRow(int hours) => AsyncTest.RunAsync(async env =>
    {
        await env.DelayAsync(TimeSpan.FromHours(hours));

        Assert.Equal(TimeSpan.FromHours(hours), env.Elapsed);
    });

    [Fact]
    public async Task Deadlock_IsReported()
    {
        Task run = AsyncTest.RunAsync(
            _ => new TaskCompletionSource().Task, new AsyncTestOptions { ExternalGrace = TimeSpan.Zero });

        AsyncTestException deadlock = await Assert.ThrowsAsync<AsyncTestException>(() => run);
        Assert.Equal(AsyncTestFailure.Deadlock, deadlock.Failure);
    }

    [Fact]
    public async Task FailedAssertion_IsThatOfXunit()
    {
        Task run = AsyncTest.RunAsync(async env =>
        {
            await env.YieldAsync();
            Assert.Equal(1, 2);
        });

        await Assert.ThrowsAsync<Xunit.Sdk.EqualException>(() => run);
    }
}
