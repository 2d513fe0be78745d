using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Synchronization;

/// <summary>What a reset forgets, and what becomes of those who wait.</summary>
public class AsyncLazyResetTests
{
    private const int Limit = 30_000;

    private readonly TestGate _gate = new();

    [Theory(Timeout = Limit)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reset_ForgetsTheValueOrTheFailure_AndStartsNothingUntilAsked(bool fails)
    {
        var runs = 0;
        var lazy = new AsyncLazy<int>(
            _ => ++runs is 1 && fails ? throw new IOException("down") : ValueTask.FromResult(runs),
            retryOnFailure: false);
        if (fails) await Assert.ThrowsAsync<IOException>(() => lazy.GetValueAsync().AsTask());
        else await lazy.GetValueAsync();

        lazy.Reset();

        Assert.False(lazy.IsValueCreated);
        Assert.Equal(1, runs);
        Assert.Equal(2, await lazy.GetValueAsync());
    }

    [Fact]
    public Task Reset_WhileTheFactoryRuns_MovesAllWhoWaitToANewRun() => AsyncTest.RunAsync(static async env =>
    {
        List<CancellationToken> tokens = [];
        var lazy = new AsyncLazy<int>(async token =>
        {
            tokens.Add(token);
            int run = tokens.Count;

            // Deaf to its token: the first run ends after two seconds, when the second has begun, and that one later.
            await env.DelayAsync(TimeSpan.FromSeconds(2), CancellationToken.None);
            return run;
        });

        Task<int> before = lazy.GetValueAsync().AsTask();
        await env.DelayAsync(TimeSpan.FromSeconds(1));
        Assert.False(tokens[0].IsCancellationRequested);
        lazy.Reset();
        Assert.True(tokens[0].IsCancellationRequested);
        Task<int> after = lazy.GetValueAsync().AsTask();

        Assert.Equal(2, await before);
        Assert.Equal(2, await after);
        Assert.Equal(3, env.Elapsed.TotalSeconds);
        Assert.Equal(2, tokens.Count);
        Assert.False(tokens[1].IsCancellationRequested);
    });

    [Fact(Timeout = Limit)]
    public async Task Reset_WhenAllWhoWaitedHaveLeft_StartsNothingUntilAsked()
    {
        var runs = 0;
        var lazy = new AsyncLazy<int>(async token =>
        {
            int run = Interlocked.Increment(ref runs);
            if (run is 1) await _gate.WaitAsync(token);
            return run;
        });
        using var caller = new CancellationTokenSource();
        Task<int> leaves = lazy.GetValueAsync(caller.Token).AsTask();
        await _gate.ArrivedAsync();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);

        lazy.Reset();

        Assert.Equal(1, runs);
        Assert.Equal(2, await lazy.GetValueAsync());
    }

    [Fact(Timeout = Limit)]
    public async Task Reset_StartsTheNewRun_WithTheAsyncLocalsOfWhoWaitedLongest()
    {
        var local = new AsyncLocal<string>();
        var lazy = new AsyncLazy<string?>(async token =>
        {
            if (_gate.Arrivals < 1) await _gate.WaitAsync(token);
            return local.Value;
        });

        using var caller = new CancellationTokenSource();
        Task<string?> first = GetAsync("first", caller.Token);
        await _gate.ArrivedAsync();
        Task<string?> second = GetAsync("second", CancellationToken.None);
        Task<string?> third = GetAsync("third", CancellationToken.None);
        await caller.CancelAsync();
        local.Value = "who resets";
        lazy.Reset();

        Assert.Equal("second", await second);
        Assert.Equal("second", await third);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        async Task<string?> GetAsync(string name, CancellationToken token)
        {
            local.Value = name;
            return await lazy.GetValueAsync(token);
        }
    }

    [Fact(Timeout = Limit)]
    public async Task Reset_RunsNoCallbackOfTheFactory_AndWhatItThrowsIsDropped()
    {
        var runs = 0;
        using var hasBegun = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var lazy = new AsyncLazy<int>(async token =>
        {
            int run = Interlocked.Increment(ref runs);
            if (run > 1) return run;
            token.Register(() =>
            {
                hasBegun.Set();
                goOn.Wait(Limit, CancellationToken.None);
                throw new InvalidOperationException("in a callback");
            });
            await _gate.WaitAsync(CancellationToken.None);
            return run;
        });

        Task<int> waits = lazy.GetValueAsync().AsTask();
        await _gate.ArrivedAsync();
        lazy.Reset();

        // Reset has returned while the callback blocks; the new run does not wait for it either.
        hasBegun.Wait(TestContext.Current.CancellationToken);
        Assert.Equal(2, await waits);
        goOn.Set();
        lazy.Reset();
        Assert.Equal(3, await lazy.GetValueAsync());
    }

    [Fact]
    public Task WhatASupersededRunEndsWith_IsDropped_AndNotUnobserved() => AsyncTest.RunAsync(
        static async env =>
        {
            var runs = 0;
            var lazy = new AsyncLazy<int>(async token =>
            {
                if (++runs > 1) return runs;
                token.Register(static () => throw new InvalidOperationException("in a callback"));
                await env.DelayAsync(TimeSpan.FromSeconds(1), CancellationToken.None);
                throw new IOException("too late");
            });

            Task<int> waits = lazy.GetValueAsync().AsTask();
            await env.IdleAsync();
            lazy.Reset();
            Assert.Equal(2, await waits);
            await env.DelayAsync(TimeSpan.FromSeconds(2), CancellationToken.None);
            Assert.Equal(2, await lazy.GetValueAsync());
        },
        new AsyncTestOptions { Leaks = LeakChecks.All });

    [Fact(Timeout = Limit)]
    public async Task Reset_AfterTheFactoryHasEnded_CancelsNoToken()
    {
        CancellationToken factorys = default;
        var lazy = new AsyncLazy<int>(token =>
        {
            factorys = token;
            return ValueTask.FromResult(1);
        });
        await lazy.GetValueAsync();

        lazy.Reset();

        Assert.True(factorys.CanBeCanceled);
        Assert.False(factorys.IsCancellationRequested);
    }

    [Fact(Timeout = Limit)]
    public async Task Reset_RunsForACallerWithoutContext_WithoutThatOfTheReset()
    {
        var user = new AsyncLocal<string?>();
        List<string?> seen = [];
        var lazy = new AsyncLazy<int>(async token =>
        {
            seen.Add(user.Value);
            await _gate.WaitAsync(token);
            return seen.Count;
        });
        user.Value = "caller";
        Task<int> wait;
        using (ExecutionContext.SuppressFlow()) wait = lazy.GetValueAsync().AsTask();
        await AsyncAssert.EventuallyAsync(() => seen.Count is 1);

        user.Value = "reset";
        lazy.Reset();
        await AsyncAssert.EventuallyAsync(() => seen.Count is 2);
        _gate.Open();

        Assert.Equal(2, await wait);
        Assert.Equal([null, null], seen);
    }

    // With real threads: what is decided within a step of an exploration.
    [Fact(Timeout = Limit)]
    public async Task AmongThreads_WhoeverAsksAfterAReset_GetsNoOlderValue_AndWhoeverIsCancelledLeaves()
    {
        const int Callers = 4;
        const int Calls = 20_000;
        var version = 0;
        var told = 0;
        var lazy = new AsyncLazy<int>(async _ =>
        {
            int read = Volatile.Read(ref version);
            await Task.Yield();
            return read;
        });

        Task callers = Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Task.Run(AskAsync)));
        while (!callers.IsCompleted)
        {
            Volatile.Write(ref version, version + 1);
            lazy.Reset();
            Volatile.Write(ref told, version);
            await Task.Yield();
        }

        await callers;
        Assert.Equal(0, lazy.WaiterCount);

        async Task AskAsync()
        {
            for (var i = 0; i < Calls; i++)
            {
                using var caller = new CancellationTokenSource();
                int atLeast = Volatile.Read(ref told);
                Task<int> call = lazy.GetValueAsync(caller.Token).AsTask();
                Task cancel = i % 2 is 0 ? Task.CompletedTask : Task.Run(caller.Cancel);
                try
                {
                    Assert.InRange(await call, atLeast, int.MaxValue);
                }
                catch (OperationCanceledException e) when (i % 2 is 1)
                {
                    Assert.Equal(caller.Token, e.CancellationToken);
                }

                await cancel;
            }
        }
    }
}
