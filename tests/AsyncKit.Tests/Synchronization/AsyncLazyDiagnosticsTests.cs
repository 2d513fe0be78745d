using AsyncKit.Diagnostics;
using AsyncKit.Synchronization;
using AsyncKit.Testing;
using AsyncKit.Tests.Diagnostics;

namespace AsyncKit.Tests.Synchronization;

/// <summary>What a lazy value tells those who listen.</summary>
public class AsyncLazyDiagnosticsTests
{
    private const int Limit = 30_000;

    private readonly TestGate _gate = new();
    private readonly AsyncLazy<int> _lazy;
    private int _runs;

    public AsyncLazyDiagnosticsTests() => _lazy = new AsyncLazy<int>(
        async token =>
        {
            int run = ++_runs;
            await _gate.WaitAsync(token);
            return run;
        },
        name: "prices");

    [Fact(Timeout = Limit)]
    public async Task GetValueAsync_PassesASchedulingPoint_AndReportsItsWaitIfThereIsOne()
    {
        var listener = new RecordingListener(_lazy);
        using IDisposable subscription = AsyncDiagnostics.Subscribe(
            DiagnosticEvents.SchedulingPoints | DiagnosticEvents.Waits, listener);
        using var caller = new CancellationTokenSource();

        Task<int> leaves = _lazy.GetValueAsync(caller.Token).AsTask();
        Task<int> stays = _lazy.GetValueAsync(CancellationToken.None).AsTask();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        _gate.Open();
        await stays;
        await _lazy.GetValueAsync();
        _lazy.Reset();

        Assert.Equal(
            [
                "about to get the value",
                "waiter 1 of AsyncLazy \"prices\" waits",
                "about to get the value",
                "waiter 2 of AsyncLazy \"prices\" waits",
                "waiter 1 of AsyncLazy \"prices\" waits no more",
                "waiter 2 of AsyncLazy \"prices\" waits no more",
                "about to get the value",
                "about to reset",
            ],
            listener.Lines);
    }

    [Fact(Timeout = Limit)]
    public async Task WhatAListenerThrowsBefore_FailsTheCall_AndStartsNothing()
    {
        var abort = new InvalidOperationException("aborted");
        var listener = new HoldingListener(_lazy);
        using IDisposable subscription = AsyncDiagnostics.Subscribe(DiagnosticEvents.SchedulingPoints, listener);

        Task<int> call = _lazy.GetValueAsync().AsTask();
        listener.Abort(abort);

        Assert.Same(abort, await Assert.ThrowsAsync<InvalidOperationException>(() => call));
        Assert.Equal(0, _runs);
        Assert.Equal(0, _lazy.WaiterCount);
    }

    [Fact(Timeout = Limit)]
    public async Task ATokenCancelledAtTheSchedulingPoint_StartsNothing()
    {
        var listener = new HoldingListener(_lazy);
        using IDisposable subscription = AsyncDiagnostics.Subscribe(DiagnosticEvents.SchedulingPoints, listener);
        using var caller = new CancellationTokenSource();

        Task<int> call = _lazy.GetValueAsync(caller.Token).AsTask();
        await caller.CancelAsync();
        listener.LetGo();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(0, _runs);
    }
}
