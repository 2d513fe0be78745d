namespace AsyncKit.Testing;

/// <summary>
/// Knows when the thread pool has nothing left that could belong to a test: every work item has come as far as the
/// gate.
/// </summary>
/// <remarks>
/// <para>Exact, as long as all the busy workers stand at gates: nothing is queued, and the pool counts as many busy
/// workers as there are at the gates of all the runs of the process. A worker is counted as busy before it takes its
/// item, so none can be missed between the two.</para>
/// <para>Where other work keeps workers busy, a <see cref="PoolWatch"/> finds out which they are.</para>
/// </remarks>
internal static class PoolActivity
{
    // Parked workers must not starve the pool of those that carry the tests on.
    private const int MinThreads = 64;

    // Beyond, threads take more memory than a test is worth.
    private const int MaxThreads = 1_024;
    private const int Growth = 64;

    private static int _atGates;
    private static int _moves;
    private static int _isPrepared;

    /// <summary>Once in the process: enough threads that those at gates leave some to run.</summary>
    public static void Prepare()
    {
        if (Interlocked.Exchange(ref _isPrepared, 1) is not 0) return;
        ThreadPool.GetMinThreads(out int workers, out int completionPorts);
        ThreadPool.SetMinThreads(Math.Max(workers, MinThreads), completionPorts);
    }

    public static void Arrived(GatedThread thread)
    {
        if (!thread.IsPooled) return;
        Interlocked.Increment(ref _atGates);
        Interlocked.Increment(ref _moves);
    }

    public static void Left(GatedThread thread)
    {
        if (!thread.IsPooled) return;
        Interlocked.Decrement(ref _atGates);
        Interlocked.Increment(ref _moves);
    }

    /// <summary>How often workers have come to gates and gone, of all the runs of the process.</summary>
    public static int Moves => Volatile.Read(ref _moves);

    /// <summary>Whether nothing that was queued before can still be on its way to a gate.</summary>
    public static bool IsQuiet
    {
        get
        {
            // A worker that becomes busy and arrives while the counts are read would hide one that is on its way.
            int moves = Moves;
            return ThreadPool.PendingWorkItemCount is 0 && BusyElsewhere <= 0 && Moves == moves;
        }
    }

    /// <summary>Whether work is queued that no worker will take, since all there are stand at gates.</summary>
    public static bool IsStarved => ThreadPool.PendingWorkItemCount is not 0 && BusyElsewhere <= 0;

    /// <summary>Lets the pool have more threads: left to itself, it would make one in half a second.</summary>
    /// <returns>Whether it may have more.</returns>
    public static bool Grow()
    {
        ThreadPool.GetMinThreads(out int workers, out int completionPorts);
        if (ThreadPool.ThreadCount < workers) return true;
        return workers < MaxThreads && ThreadPool.SetMinThreads(workers + Growth, completionPorts);
    }

    /// <summary>How many workers are busy, and not at a gate.</summary>
    public static int BusyElsewhere
    {
        get
        {
            ThreadPool.GetMaxThreads(out int max, out _);
            ThreadPool.GetAvailableThreads(out int available, out _);

            // In this order: a worker that arrives in between is counted at its gate, where it is seen.
            return max - available - Volatile.Read(ref _atGates);
        }
    }
}
