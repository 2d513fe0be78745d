using System.Runtime.CompilerServices;

namespace AsyncKit.Testing;

/// <summary>Finds the tasks that faulted and whose exception nobody looked at, and the run that they were of.</summary>
/// <remarks>
/// The runtime tells of them when it collects them, from no test in particular. So each exception is marked with its
/// run when it is thrown, by code of the run.
/// </remarks>
internal static class UnobservedExceptions
{
    private const int MostCollections = 5;

    private static readonly ConditionalWeakTable<Exception, UnobservedList> _thrownBy = new();
    private static readonly Lock _sync = new();
    private static bool _isWatching;

    /// <summary>Once in the process, by the first test that wants to know.</summary>
    public static void Watch()
    {
        lock (_sync)
        {
            if (_isWatching) return;
            _isWatching = true;
        }

        AppDomain.CurrentDomain.FirstChanceException += static (_, thrown) =>
        {
            if (TestEnv.CurrentRun is not { } run) return;
            run.Unobserved.Thrown();
            _thrownBy.TryAdd(thrown.Exception, run.Unobserved);
        };
        TaskScheduler.UnobservedTaskException += static (_, unobserved) =>
        {
            foreach (Exception exception in unobserved.Exception.InnerExceptions)
            {
                if (_thrownBy.TryGetValue(exception, out UnobservedList? list)) list.Add(exception);
            }
        };
    }

    /// <summary>Has the runtime tell of those of a run.</summary>
    /// <remarks>
    /// What one of thousands of runs leaves is young. A collection of the whole heap takes the longer the more the
    /// process holds, ten milliseconds and more among many tests, which is fifty times as long as such a run.
    /// </remarks>
    public static void Collect(TestRun run)
    {
        if (!run.Unobserved.HasThrown) return;
        int generation = run.Detail is RunDetail.None ? 1 : GC.MaxGeneration;

        // Twice: what the first one finds may have kept others alive.
        for (var i = 0; i < 2; i++) CollectNow(generation);
    }

    // The runtime may take a collection that another thread has begun before for the one that is asked for here. What
    // has become garbage since outlives that one, and so does what is made here.
    private static void CollectNow(int generation)
    {
        WeakReference garbage = MakeGarbage();
        var collections = 0;
        do
        {
            GC.Collect(generation);
            GC.WaitForPendingFinalizers();
        }
        while (garbage.IsAlive && ++collections < MostCollections);
    }

    // Not inlined: nothing may hold it when the method returns.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference MakeGarbage() => new(new object());
}
