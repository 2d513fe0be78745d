using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Synchronization;

/// <summary>Callers, the factory, and how it ends. Resetting has tests of its own.</summary>
public class AsyncLazyTests
{
    private const int Limit = 30_000;

    private readonly TestGate _gate = new();

    [Fact(Timeout = Limit)]
    public async Task GetValueAsync_ManyCallersAtOnce_ShareOneRunOfTheFactory()
    {
        const int Callers = 50;
        var runs = 0;
        using var start = new Barrier(Callers);
        var lazy = new AsyncLazy<int>(async _ =>
        {
            int run = Interlocked.Increment(ref runs);
            await Task.Yield();
            return run;
        });

        Assert.False(lazy.IsValueCreated);
        int[] values = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Factory.StartNew(
            () =>
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                return lazy.GetValueAsync().AsTask();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap()));

        Assert.All(values, static value => Assert.Equal(1, value));
        Assert.Equal(1, runs);
        Assert.True(lazy.IsValueCreated);
    }

    [Fact(Timeout = Limit)]
    public async Task TheFactory_RunsOnThePoolWithoutAContext_AndWithTheFirstCallersAsyncLocals()
    {
        var local = new AsyncLocal<string> { Value = "first" };
        List<string> seen = [];
        var lazy = new AsyncLazy<int>(_ =>
        {
            seen.Add(local.Value ?? "nothing");
            seen.Add(Thread.CurrentThread.IsThreadPoolThread ? "the pool" : "another thread");
            seen.Add(SynchronizationContext.Current is null ? "no context" : "a context");
            return ValueTask.FromResult(1);
        });

        await Task.Factory.StartNew(
            () =>
            {
                SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
                Task<int> first = lazy.GetValueAsync().AsTask();
                local.Value = "second";
                return Task.WhenAll(first, lazy.GetValueAsync().AsTask());
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default).Unwrap();

        Assert.Equal(["first", "the pool", "no context"], seen);
    }

    [Fact(Timeout = Limit)]
    public async Task GetValueAsync_TokenCancelledBefore_StartsNothing_AndGetsNoValueThatIsThere()
    {
        using var caller = new CancellationTokenSource();
        var runs = 0;
        var lazy = new AsyncLazy<int>(_ => ValueTask.FromResult(++runs));
        await caller.CancelAsync();

        ValueTask<int> before = lazy.GetValueAsync(caller.Token);
        Assert.True(before.IsCanceled);
        Assert.Equal(1, await lazy.GetValueAsync());
        Assert.True(lazy.GetValueAsync(caller.Token).IsCanceled);

        Assert.Equal(1, runs);
        OperationCanceledException thrown =
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => before.AsTask());
        Assert.Equal(caller.Token, thrown.CancellationToken);
    }

    [Fact(Timeout = Limit)]
    public async Task GetValueAsync_Cancelled_TakesOnlyThatCallerAway()
    {
        using var caller = new CancellationTokenSource();
        CancellationToken factorys = default;
        var lazy = new AsyncLazy<string>(async token =>
        {
            factorys = token;
            await _gate.WaitAsync(CancellationToken.None);
            return "made";
        });

        Task<string> leaves = lazy.GetValueAsync(caller.Token).AsTask();
        Task<string> stays = lazy.GetValueAsync().AsTask();
        await _gate.ArrivedAsync();
        Assert.Equal(2, lazy.WaiterCount);
        await caller.CancelAsync();

        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        Assert.Equal(caller.Token, thrown.CancellationToken);
        Assert.Equal(1, lazy.WaiterCount);
        Assert.False(factorys.IsCancellationRequested);
        _gate.Open();
        Assert.Equal("made", await stays);
    }

    [Fact(Timeout = Limit)]
    public async Task WhenAllCallersHaveLeft_TheFactoryGoesOn_AndItsValueIsForTheNext()
    {
        using var caller = new CancellationTokenSource();
        var runs = 0;
        var lazy = new AsyncLazy<int>(async token =>
        {
            int run = ++runs;
            await _gate.WaitAsync(token);
            return run;
        });

        Task<int> leaves = lazy.GetValueAsync(caller.Token).AsTask();
        await _gate.ArrivedAsync();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        _gate.Open();

        Assert.Equal(1, await lazy.GetValueAsync());
        Assert.Equal(1, runs);
    }

    [Fact(Timeout = Limit)]
    public async Task AFailure_GoesToAllWhoWait_AndTheNextCallTriesAgain()
    {
        var runs = 0;
        var fault = new IOException("down");
        var lazy = new AsyncLazy<int>(async token =>
        {
            if (++runs > 1) return runs;
            await _gate.WaitAsync(token);
            throw fault;
        });

        Task<int>[] callers = [.. Enumerable.Range(0, 3).Select(_ => lazy.GetValueAsync().AsTask())];
        _gate.Open();

        foreach (Task<int> caller in callers) Assert.Same(fault, await Assert.ThrowsAsync<IOException>(() => caller));
        Assert.False(lazy.IsValueCreated);
        Assert.Equal(2, await lazy.GetValueAsync());
    }

    [Fact(Timeout = Limit)]
    public async Task WithoutRetry_TheFailureIsKept_AndItsStackDoesNotGrow()
    {
        var runs = 0;
        var lazy = new AsyncLazy<int>(_ => BreakAsync(), retryOnFailure: false);

        IOException first = await FailAsync();
        string? stack = first.StackTrace;
        string? again = (await FailAsync()).StackTrace;

        Assert.Equal(1, runs);
        Assert.Contains(nameof(BreakAsync), stack, StringComparison.Ordinal);
        Assert.Contains(nameof(BreakAsync), again, StringComparison.Ordinal);
        Assert.Same(first, await FailAsync());
        Assert.Equal(again, first.StackTrace);
        Assert.False(lazy.IsValueCreated);

        Task<IOException> FailAsync() => Assert.ThrowsAsync<IOException>(() => lazy.GetValueAsync().AsTask());

        async Task<int> BreakAsync()
        {
            runs++;
            await Task.Yield();
            throw new IOException("down");
        }
    }

    [Fact(Timeout = Limit)]
    public async Task AFactoryThatThrowsAtOnce_FailsTheTask_NotTheCall()
    {
        var fault = new IOException("down");
        AsyncLazy<int>[] both =
        [
            new(new Func<CancellationToken, ValueTask<int>>(_ => throw fault)),
            new(new Func<CancellationToken, Task<int>>(_ => throw fault)),
        ];

        foreach (AsyncLazy<int> lazy in both)
        {
            ValueTask<int> call = lazy.GetValueAsync();
            Assert.Same(fault, await Assert.ThrowsAsync<IOException>(() => call.AsTask()));
        }
    }

    [Theory(Timeout = Limit)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ACancellationOutOfTheFactory_IsAFailure_ThatCallersGetAsItWasThrown(bool retryOnFailure)
    {
        var runs = 0;
        var cancellation = new OperationCanceledException("its own time limit");
        var lazy = new AsyncLazy<int>(
            _ =>
            {
                runs++;
                throw cancellation;
            },
            retryOnFailure);

        for (var i = 0; i < 2; i++)
        {
            Task<int> call = lazy.GetValueAsync().AsTask();
            Assert.Same(cancellation, await Assert.ThrowsAsync<OperationCanceledException>(() => call));
            Assert.True(call.IsCanceled);
        }

        Assert.Equal(retryOnFailure ? 2 : 1, runs);
    }

    // The run looks for exceptions that nobody observed, once its body has ended.
    [Fact]
    public async Task AFailureThatNoCallerGot_IsUnobserved()
    {
        var found = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(
            static async env =>
            {
                var lazy = new AsyncLazy<int>(async _ =>
                {
                    await env.DelayAsync(TimeSpan.FromSeconds(1), CancellationToken.None);
                    throw new IOException("nobody heard");
                });
                using var caller = new CancellationTokenSource();
                Task<int> leaves = lazy.GetValueAsync(caller.Token).AsTask();
                await caller.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
                await env.DelayAsync(TimeSpan.FromSeconds(2), CancellationToken.None);
            },
            new AsyncTestOptions { Leaks = LeakChecks.UnobservedExceptions }));

        Assert.Contains("nobody heard", found.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "AsyncLazy")]
    [InlineData("prices", "AsyncLazy \"prices\"")]
    public void ToString_HasTheName(string? name, string expected)
    {
        var lazy = new AsyncLazy<int>(_ => ValueTask.FromResult(1), name: name);

        Assert.Equal(expected, lazy.ToString());
        Assert.Equal(name, lazy.Name);
    }
}
