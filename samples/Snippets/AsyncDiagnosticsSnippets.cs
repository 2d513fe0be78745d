using System.Collections.Concurrent;
using AsyncKit.Diagnostics;

namespace AsyncKit.Snippets;

public class AsyncDiagnosticsSnippets
{
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
