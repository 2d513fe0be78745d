using AsyncKit.Concurrency;
using AsyncKit.Diagnostics;
using AsyncKit.Tests.Diagnostics;

namespace AsyncKit.Tests.Concurrency;

/// <summary>What a runner tells those who listen.</summary>
public class BoundedRunnerDiagnosticsTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    private readonly BoundedRunner _runner = new(1);

    [Fact]
    public void ToString_NamesTheLimit() =>
        Assert.Equal("BoundedRunner (4 at a time)", new BoundedRunner(4).ToString());

    [Fact]
    public async Task AnItem_PassesASchedulingPoint_BeforeItTakesAPermitAndBeforeItGivesItBack()
    {
        var listener = new RecordingListener(_runner.Limit);
        using IDisposable subscription = AsyncDiagnostics.Subscribe(
            DiagnosticEvents.SchedulingPoints | DiagnosticEvents.Waits, listener);

        await RunAsync("a");

        Assert.Equal(
            [
                "about to take a permit",
                "item 0 of BoundedRunner (1 at a time) holds",
                "about to give permits back",
                "item 0 of BoundedRunner (1 at a time) gives back",
            ],
            listener.Lines);
    }

    [Fact]
    public async Task AListener_MayLetALaterOneTakeThePermitFirst()
    {
        var ran = new List<string>();
        var listener = new HoldingListener(_runner.Limit);
        using IDisposable subscription = AsyncDiagnostics.Subscribe(DiagnosticEvents.SchedulingPoints, listener);

        Task first = RunAsync("first", ran.Add);
        await listener.FirstIsThere.WaitAsync(_limit, TimeProvider.System, TestContext.Current.CancellationToken);
        await RunAsync("second", ran.Add);
        listener.LetGo();
        await first;

        Assert.Equal(["second", "first"], ran);
    }

    [Fact]
    public async Task WhatAListenerThrowsBeforeThePermit_FaultsTheRun_AndTakesNoPermit()
    {
        var abort = new InvalidOperationException("aborted");
        var listener = new HoldingListener(_runner.Limit);
        using IDisposable subscription = AsyncDiagnostics.Subscribe(DiagnosticEvents.SchedulingPoints, listener);

        Task run = RunAsync("never", _ => Assert.Fail("The body ran."));
        listener.Abort(abort);

        Assert.Same(abort, await Assert.ThrowsAsync<InvalidOperationException>(() => run));
        await RunAsync("the next one finds the permit");
    }

    [Fact]
    public async Task WhatAListenerThrowsLater_LosesNoPermit()
    {
        var listener = new ThrowingListener(_runner.Limit);
        using IDisposable subscription = AsyncDiagnostics.Subscribe(DiagnosticEvents.Waits, listener);

        await RunAsync("one");
        await RunAsync("other");

        Assert.Equal(4, listener.Faults.Count());
    }

    [Fact]
    public async Task AWaitForAPermit_IsReported_WithWhoHoldsIt()
    {
        var listener = new WaitingListener(_runner.Limit);
        using IDisposable subscription = AsyncDiagnostics.Subscribe(DiagnosticEvents.Waits, listener);
        var release = new TaskCompletionSource();

        // The second item of one call has the only permit, and the first of another waits for it.
        Task holding = _runner.ForEachAsync([0, 1], async (item, _) =>
        {
            if (item is 1) await release.Task;
        });
        await listener.HoldsAsync("item 1");
        Task waiting = RunAsync("waits");
        await listener.WaitsAsync("item 0");
        release.SetResult();
        await Task.WhenAll(holding, waiting);

        Assert.Equal(
            [
                "item 0 of BoundedRunner (1 at a time) holds",
                "item 0 of BoundedRunner (1 at a time) gives back",
                "item 1 of BoundedRunner (1 at a time) holds",
                "item 0 of BoundedRunner (1 at a time) waits",
                "item 1 of BoundedRunner (1 at a time) gives back",
                "item 0 of BoundedRunner (1 at a time) waits no more",
                "item 0 of BoundedRunner (1 at a time) holds",
                "item 0 of BoundedRunner (1 at a time) gives back",
            ],
            listener.Lines);
    }

    [Fact]
    public async Task AWaitThatIsCancelled_EndsWithoutAHolder()
    {
        var listener = new WaitingListener(_runner.Limit);
        using IDisposable subscription = AsyncDiagnostics.Subscribe(DiagnosticEvents.Waits, listener);
        using var caller = new CancellationTokenSource();
        var release = new TaskCompletionSource();

        Task holding = _runner.ForEachAsync([0], async (_, _) => await release.Task);
        await listener.HoldsAsync("item 0");
        Task waiting = _runner.ForEachAsync([0], static (_, _) => ValueTask.CompletedTask, caller.Token);
        await listener.WaitsAsync("item 0");
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        Assert.Equal(["holds", "waits", "waits no more"], listener.Lines.Select(line => line.Split(") ")[1]));
        release.SetResult();
        await holding;
    }

    private Task RunAsync(string item, Action<string>? body = null) => _runner.ForEachAsync([item], (one, _) =>
    {
        body?.Invoke(one);
        return ValueTask.CompletedTask;
    });

    /// <summary>Lets a test wait until somebody waits or holds.</summary>
    private sealed class WaitingListener(object source) : RecordingListener(source)
    {
        // A count for each event that is recorded, once it is.
        private readonly SemaphoreSlim _recorded = new(0);

        public Task HoldsAsync(string holder) => UntilAsync(line => IsAbout(line, holder, "holds"));

        public Task WaitsAsync(string waiter) => UntilAsync(line => IsAbout(line, waiter, "waits"));

        protected override void Record(string line)
        {
            base.Record(line);
            _recorded.Release();
        }

        private static bool IsAbout(string line, string who, string what) =>
            line.StartsWith(who, StringComparison.Ordinal) && line.EndsWith(what, StringComparison.Ordinal);

        private async Task UntilAsync(Predicate<string> isIt)
        {
            while (!Lines.Any(line => isIt(line)))
            {
                await _recorded.WaitAsync(TestContext.Current.CancellationToken)
                    .WaitAsync(_limit, TimeProvider.System, TestContext.Current.CancellationToken);
            }
        }
    }
}
