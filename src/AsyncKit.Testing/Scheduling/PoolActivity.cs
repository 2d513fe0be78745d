namespace AsyncKit.Testing;

/// <summary>
/// Knows when the thread pool has nothing left that could belong to a test: every work item has come as far as the gate.
/// </summary>
/// <remarks>
/// <para>Exact, as long as all the busy workers stand at gates: nothing is queued, and the pool counts as many busy
/// workers as there are at the gates of all the runs of the process. A worker is counted as busy before it takes its
/// item, so none can be missed between the two.</para>
/// <para>Where other work keeps workers busy, its workers are learned: the count must stand still for a while.</para>
/// </remarks>
internal static class PoolActivity
{
    // Parked workers must not starve the pool of those that carry the tests on.
    private const int MinThreads = 64;

    private static readonly TimeSpan _steady = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan _steadyOnceLearned = TimeSpan.FromMilliseconds(0.5);
    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(250);

    private static int _atGates;
    private static int _isPrepared;

    // Workers that are busy with work of others, and how much the pool had done when that was learned.
    private static int _others;
    private static long _doneWhenLearned = -1;

    /// <summary>Once in the process: enough threads that those at gates leave some to run.</summary>
    public static void Prepare()
    {
        if (Interlocked.Exchange(ref _isPrepared, 1) is not 0) return;
        ThreadPool.GetMinThreads(out int workers, out int completionPorts);
        ThreadPool.SetMinThreads(Math.Max(workers, MinThreads), completionPorts);
    }

    public static void Arrived(GatedThread thread)
    {
        if (thread.IsPooled) Interlocked.Increment(ref _atGates);
    }

    public static void Left(GatedThread thread)
    {
        if (thread.IsPooled) Interlocked.Decrement(ref _atGates);
    }

    /// <summary>Waits until nothing that was queued before the call can still be on its way to a gate.</summary>
    public static void WaitUntilQuiet(TimeSpan limit)
    {
        if (ThreadPool.PendingWorkItemCount is 0 && Unaccounted() <= 0) return;
        WaitLonger(limit);
    }

    private static int Unaccounted()
    {
        ThreadPool.GetMaxThreads(out int max, out _);
        ThreadPool.GetAvailableThreads(out int available, out _);

        // In this order: a worker that arrives in between is counted at its gate, where it is seen.
        return max - available - Volatile.Read(ref _atGates);
    }

    private static void WaitLonger(TimeSpan limit)
    {
        long start = RealTime.Now;
        long steadySince = start;
        int seen = -1;
        long doneAtStart = ThreadPool.CompletedWorkItemCount;
        long ahead = ThreadPool.PendingWorkItemCount + ThreadPool.ThreadCount;
        var spin = new SpinWait();
        while (true)
        {
            long pending = ThreadPool.PendingWorkItemCount;
            int others = Unaccounted();
            if (pending is 0 && others <= 0) return;
            long done = ThreadPool.CompletedWorkItemCount;
            bool isLearned = others <= Volatile.Read(ref _others);
            if (pending is 0 && isLearned && done == Volatile.Read(ref _doneWhenLearned)) return;
            if (pending is not 0 || others != seen)
            {
                seen = others;
                steadySince = RealTime.Now;
            }
            else if (RealTime.Since(steadySince) > (isLearned ? _steadyOnceLearned : _steady))
            {
                Volatile.Write(ref _others, others);
                Volatile.Write(ref _doneWhenLearned, done);
                return;
            }

            // A pool that others keep full is never quiet. Its queue is first in, first out: when it has done all that
            // was ahead of this call, what was queued by the test has been taken too.
            TimeSpan waited = RealTime.Since(start);
            if ((waited > _patience && done - doneAtStart > ahead) || waited > limit) return;
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }
}
