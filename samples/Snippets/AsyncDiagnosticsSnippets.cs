using System.Collections.Concurrent;
using AsyncKit.Concurrency;
using AsyncKit.Diagnostics;

namespace AsyncKit.Snippets;

public class AsyncDiagnosticsSnippets
{
    #region async-diagnostics
    private sealed class WaitReport(object watched) : AsyncDiagnosticsListener
    {
        private readonly ConcurrentDictionary<object, bool> _holders = [];
        private readonly TaskCompletionSource<string> _firstWait =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> FirstWait => _firstWait.Task;

        protected override void OnHeld(object resource, object holder)
        {
            if (resource == watched) _holders.TryAdd(holder, true);
        }

        protected override void OnReleased(object resource, object holder) => _holders.TryRemove(holder, out _);

        protected override void OnWaiting(object resource, object waiter)
        {
            if (resource != watched) return;
            _firstWait.TrySetResult($"{waiter} waits; held by {string.Join(", ", _holders.Keys)}");
        }

        protected override void OnFault(Exception fault) => _firstWait.TrySetException(fault);
    }

    [Fact(Timeout = 30_000)]
    public async Task WhoWaits_AndForWhom_IsFound()
    {
        var device = new ConcurrencyLimit(1);
        var printer = new BoundedRunner(new BoundedRunnerOptions { Limit = device, Name = "printer" });
        var scanner = new BoundedRunner(new BoundedRunnerOptions { Limit = device, Name = "scanner" });
        var report = new WaitReport(device);
        using IDisposable subscription = AsyncDiagnostics.Subscribe(DiagnosticEvents.Waits, report);
        var hasBegun = new TaskCompletionSource();
        var isPrinted = new TaskCompletionSource();

        Task printing = printer.ForEachAsync(["page"], async (_, _) =>
        {
            hasBegun.SetResult();
            await isPrinted.Task;
        });
        await hasBegun.Task;
        Task scanning = scanner.ForEachAsync(["photo"], (_, _) => ValueTask.CompletedTask);

        Assert.Equal(
            "item 0 of BoundedRunner \"scanner\" (1 at a time) waits; "
            + "held by item 0 of BoundedRunner \"printer\" (1 at a time)",
            await report.FirstWait);
        isPrinted.SetResult();
        await Task.WhenAll(printing, scanning);
    }
    #endregion

    [Fact]
    public void WorkForAThreadOfItsOwn_IsAnnounced()
    {
        var listener = new WorkCounter();
        using IDisposable subscription = AsyncDiagnostics.Subscribe(DiagnosticEvents.ExternalWork, listener);
        var waitingWhenTheWorkRan = -1;

        #region external-work
        using var queue = new BlockingCollection<Action>();
        var thread = new Thread(() =>
        {
            foreach (Action start in queue.GetConsumingEnumerable()) start();
        });
        thread.Start();

        void Post(Action work)
        {
            ExternalWork waiting = ExternalWork.Begin(queue);
            ExecutionContext context = ExecutionContext.Capture()!;
            queue.Add(() => ExecutionContext.Run(context, _ =>
            {
                waiting.End();
                work();
            }, null));
        }
        #endregion

        listener.Source = queue;
        Post(() => waitingWhenTheWorkRan = listener.Waiting);
        queue.CompleteAdding();
        thread.Join();

        Assert.Equal(0, waitingWhenTheWorkRan);
        Assert.Equal(1, listener.Begun);
    }

    private sealed class WorkCounter : AsyncDiagnosticsListener
    {
        private int _begun;
        private int _ended;

        public object? Source { get; set; }

        public int Begun => _begun;

        public int Waiting => _begun - _ended;

        protected override object? OnExternalWorkBegun(object source)
        {
            if (source == Source) Interlocked.Increment(ref _begun);
            return null;
        }

        protected override void OnExternalWorkEnded(object source, object? state)
        {
            if (source == Source) Interlocked.Increment(ref _ended);
        }

        protected override void OnFault(Exception fault) => Assert.Fail(fault.Message);
    }
}
