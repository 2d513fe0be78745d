using System.Collections.Concurrent;

namespace AsyncKit.Testing;

/// <summary>A thread of its own for the pump of a run, kept for the runs to come.</summary>
/// <remarks>Not one of the pool: frameworks run their tests there, and the pool is what the pump watches.</remarks>
internal sealed class PumpThread
{
    private static readonly ConcurrentStack<PumpThread> _idle = new();

    private readonly SemaphoreSlim _hasWork = new(0);
    private Action _work = static () => { };

    private PumpThread()
    {
        var thread = new Thread(Loop) { IsBackground = true, Name = "AsyncKit.Testing pump" };
        thread.UnsafeStart();
    }

    /// <summary>Runs work, which does not throw, on a thread that runs nothing else meanwhile.</summary>
    public static void Run(Action work)
    {
        if (!_idle.TryPop(out PumpThread? thread)) thread = new PumpThread();
        thread._work = work;
        thread._hasWork.Release();
    }

    private void Loop()
    {
        while (true)
        {
            _hasWork.Wait();
            _work();
            _work = static () => { };
            _idle.Push(this);
        }
    }
}
