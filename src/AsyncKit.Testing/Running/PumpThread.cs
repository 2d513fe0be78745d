using System.Collections.Concurrent;

namespace AsyncKit.Testing;

/// <summary>A thread of its own for the pump of a run, kept for the runs to come.</summary>
/// <remarks>Not one of the pool: frameworks run their tests there, and the pool is what the pump watches.</remarks>
internal sealed class PumpThread
{
    private static readonly ConcurrentStack<PumpThread> _idle = new();

    private readonly Signal _hasWork = new();
    private Action<PumpThread> _work = static _ => { };

    private PumpThread()
    {
        Thread = new Thread(Loop) { IsBackground = true, Name = "AsyncKit.Testing pump" };
        Thread.UnsafeStart();
    }

    public Thread Thread { get; }

    /// <summary>Wakes the pump when it waits for something to run.</summary>
    public Signal Wake { get; } = new(spins: true);

    /// <summary>Runs work, which does not throw, on a thread that runs nothing else meanwhile.</summary>
    public static void Run(Action<PumpThread> work)
    {
        if (!_idle.TryPop(out PumpThread? thread)) thread = new PumpThread();
        thread._work = work;
        thread._hasWork.Set();
    }

    private void Loop()
    {
        while (true)
        {
            _hasWork.Wait();
            _work(this);
            _work = static _ => { };
            _idle.Push(this);
        }
    }
}
