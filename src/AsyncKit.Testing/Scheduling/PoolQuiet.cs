namespace AsyncKit.Testing;

/// <summary>Waits until every work item that a run has put into the thread pool stands at the gate, where it can be put
/// in order.</summary>
internal sealed class PoolQuiet(Scheduler scheduler)
{
    private static readonly TimeSpan _shortWhile = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan _longestEnd = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _moment = TimeSpan.FromMicroseconds(50);

    private readonly PoolWatch _watch = new();

    /// <summary>On the pump; not longer than the run may go on.</summary>
    public void Wait()
    {
        if (PoolActivity.IsQuiet && !scheduler.HasUnfinished) return;
        _watch.Begin();
        long start = RealTime.Now;
        while (!_watch.IsQuiet(acceptsPast: !MayHideWork(start)) || IsUnfinished(start))
        {
            if (scheduler.Run?.IsStopped is true) return;

            // Most are there in some microseconds. After that, to yield would be to wait for a whole slice of whoever
            // else wants the processor.
            if (RealTime.Since(start) < _moment)
            {
                Thread.SpinWait(20);
                continue;
            }

            // All the workers stand at gates: one has to go on before any takes what is queued. That decides only which
            // step is next, and nothing is lost by it but the order of that many.
            if (PoolActivity.IsStarved && !PoolActivity.Grow() && scheduler.HasReady) return;
            using (scheduler.Sync.Enter()) scheduler.Sleep.Begin();
            scheduler.Sleep.Wait(_shortWhile);
        }
    }

    // A worker that has queued something for itself, and then blocked.
    private bool MayHideWork(long start) =>
        !scheduler.HasReady && scheduler.Turns.AreBlocked && RealTime.Since(start) < _longestEnd;

    // What a work item completes may also be code that is not of the test, and takes its time.
    private bool IsUnfinished(long start) => scheduler.HasUnfinished && RealTime.Since(start) < _longestEnd;
}
