namespace AsyncKit.Testing.Tests.Gates;

public class TestGateTests
{
    private readonly TestGate _gate = new();

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Release_LetsThroughInOrderOfArrival()
    {
        Task[] waiters = [_gate.WaitAsync(TestToken), _gate.WaitAsync(TestToken), _gate.WaitAsync(TestToken)];

        _gate.Release(2);

        await waiters[0];
        await waiters[1];
        Assert.False(waiters[2].IsCompleted);
        Assert.Equal(1, _gate.Waiting);
        _gate.Release();
        await waiters[2];
    }

    [Fact]
    public void Release_WhileNobodyWaits_IsRemembered()
    {
        _gate.Release(2);

        Assert.True(_gate.WaitAsync(TestToken).IsCompletedSuccessfully);
        Assert.True(_gate.WaitAsync(TestToken).IsCompletedSuccessfully);
        Assert.False(_gate.WaitAsync(TestToken).IsCompleted);
    }

    [Fact]
    public async Task Release_OfMoreThanWait_RemembersTheRest()
    {
        Task waiting = _gate.WaitAsync(TestToken);

        _gate.Release(2);

        await waiting;
        Assert.True(_gate.WaitAsync(TestToken).IsCompletedSuccessfully);
        Assert.False(_gate.WaitAsync(TestToken).IsCompleted);
    }

    [Fact]
    public async Task Open_LetsThroughAllThatWait_AndAllThatCome()
    {
        Task[] waiters = [_gate.WaitAsync(TestToken), _gate.WaitAsync(TestToken)];

        _gate.Open();
        _gate.Open();

        await Task.WhenAll(waiters);
        Assert.True(_gate.WaitAsync(TestToken).IsCompletedSuccessfully);
        Assert.True(_gate.IsOpen);
        Assert.Equal(0, _gate.Waiting);
        Assert.Equal(3, _gate.Arrivals);
    }

    [Fact]
    public async Task CancelledWaiter_HasTakenNothing_ButHasArrived()
    {
        using var caller = new CancellationTokenSource();
        Task first = _gate.WaitAsync(caller.Token);
        Task second = _gate.WaitAsync(TestToken);

        await caller.CancelAsync();
        _gate.Release();

        await second;
        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(caller.Token, thrown.CancellationToken);
        Assert.Equal(2, _gate.Arrivals);
        Assert.Equal(0, _gate.Waiting);
    }

    [Fact]
    public void CancelledBeforeTheCall_IsNoArrival_AndTakesNothing()
    {
        _gate.Release();

        Task cancelled = _gate.WaitAsync(new CancellationToken(canceled: true));

        Assert.True(cancelled.IsCanceled);
        Assert.Equal(0, _gate.Arrivals);
        Assert.True(_gate.WaitAsync(TestToken).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task CancelledAfterItPassed_IsNotCancelled()
    {
        using var caller = new CancellationTokenSource();
        Task waiting = _gate.WaitAsync(caller.Token);

        _gate.Release();
        await caller.CancelAsync();

        await waiting;
        Assert.False(_gate.WaitAsync(TestToken).IsCompleted);
    }

    [Fact]
    public async Task ArrivedAsync_CompletesWhenSoManyHaveComeInTotal()
    {
        Task two = _gate.ArrivedAsync(2, TestToken);
        Task one = _gate.ArrivedAsync(cancellationToken: TestToken);

        _gate.Open();
        await _gate.WaitAsync(TestToken);

        await one;
        Assert.False(two.IsCompleted);
        await _gate.WaitAsync(TestToken);
        await two;
        Assert.True(_gate.ArrivedAsync(2, TestToken).IsCompletedSuccessfully);
        Assert.False(_gate.ArrivedAsync(3, TestToken).IsCompleted);
    }

    [Fact]
    public async Task ArrivedAsync_Cancelled_IsCancelled()
    {
        using var caller = new CancellationTokenSource();
        Task arrived = _gate.ArrivedAsync(1, caller.Token);

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => arrived);
        _gate.Open();
        await _gate.WaitAsync(TestToken);
    }

    [Fact]
    public async Task WhatWaited_DoesNotGoOnInsideTheCallThatLetItThrough()
    {
        var inside = new CallOnThisThread();
        Task<bool>[] waiters = [WaitAsync(), WaitAsync(), WaitAsync()];
        using var caller = new CancellationTokenSource();
        Task<bool> cancelled = WaitAsync(caller.Token);

        inside.Do(() => _gate.Release());
        inside.Do(() => _gate.Open());
        inside.Do(caller.Cancel);

        Assert.DoesNotContain(true, await Task.WhenAll(waiters));
        Assert.False(await cancelled);

        async Task<bool> WaitAsync(CancellationToken cancellationToken = default)
        {
            await _gate.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return inside.IsSetOnThisThread;
        }
    }

    [Fact]
    public async Task ManyWaiters_AreLetThroughWithoutADeepStack()
    {
        Task[] waiters = [.. Enumerable.Range(0, 100_000).Select(_ => _gate.WaitAsync(TestToken))];

        _gate.Release(99_999);
        _gate.Open();

        await Task.WhenAll(waiters);
    }

    [Fact]
    public async Task CancellationsAndReleases_OnManyThreads_LoseNoGrant()
    {
        const int Rounds = 2_000;
        var passed = 0;
        for (var i = 0; i < Rounds; i++)
        {
            using var caller = new CancellationTokenSource();
            Task waiting = _gate.WaitAsync(caller.Token);
            await Task.WhenAll(Task.Run(caller.Cancel, TestToken), Task.Run(() => _gate.Release(), TestToken));
            await Task.WhenAny(waiting);
            if (waiting.IsCompletedSuccessfully) passed++;
            else await _gate.WaitAsync(TestToken);
        }

        Assert.Equal(0, _gate.Waiting);
        Assert.Equal(Rounds + (Rounds - passed), _gate.Arrivals);
        Assert.False(_gate.WaitAsync(TestToken).IsCompleted);
    }

    [Fact]
    public void CountsBelowOne_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("count", () => _gate.Release(0));
        Assert.Throws<ArgumentOutOfRangeException>("count", () => { _ = _gate.ArrivedAsync(0, TestToken); });
    }

    // Whether this thread is inside a call: what goes on inline sees it, what goes on elsewhere does not.
    private sealed class CallOnThisThread
    {
        private int _thread;

        public bool IsSetOnThisThread => _thread == Environment.CurrentManagedThreadId;

        public void Do(Action call)
        {
            _thread = Environment.CurrentManagedThreadId;
            call();
            _thread = 0;
        }
    }
}
