using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>A thread other than the pump that runs code of a test. The lock of its scheduler guards its
/// state.</summary>
[DebuggerDisplay("{Strand.Name,nq}: {State}")]
internal sealed class GatedThread
{
    [ThreadStatic]
    private static GatedThread? _current;

    private readonly Signal _turn = new();

    private GatedThread()
    {
        Thread = Thread.CurrentThread;
        IsPooled = Thread.IsThreadPoolThread;
    }

    public static GatedThread Current => _current ??= new GatedThread();

    public Thread Thread { get; }

    public bool IsPooled { get; }

    /// <summary>The run the thread is in; <see langword="null"/> when it runs no code of a test.</summary>
    public Scheduler? Scheduler { get; set; }

    public Strand? Strand { get; set; }

    public TurnState State { get; set; }

    /// <summary>The blocking wait it is in.</summary>
    public BlockingWait? Wait { get; set; }

    /// <summary>Where it waits, once it was asked.</summary>
    public string? Site { get; set; }

    /// <summary>The one of the running work, as the runtime numbers it; zero: unknown.</summary>
    public int WorkId { get; set; }

    public bool Is(Scheduler scheduler, TurnState state) => Scheduler == scheduler && State == state;

    public void GiveTurn() => _turn.Set();

    public void AwaitTurn()
    {
        // Without a context, or this wait would be announced to it as one of the code under test.
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        _turn.Wait();
        SynchronizationContext.SetSynchronizationContext(context);
    }
}
