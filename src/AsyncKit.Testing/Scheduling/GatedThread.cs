using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>A thread other than the pump that runs code of a test. The lock of its scheduler guards its
/// state.</summary>
[DebuggerDisplay("{Strand.Name,nq}: {State}")]
internal sealed class GatedThread
{
    [ThreadStatic]
    private static GatedThread? _current;

    private readonly Signal _hasOrder = new();
    private TurnOrder _order;
    private bool _isAwake;

    // The run it has left, while its work item has not ended.
    private Scheduler? _leftUnfinished;

    private GatedThread()
    {
        Thread = Thread.CurrentThread;
        IsPooled = Thread.IsThreadPoolThread;
    }

    public static GatedThread Current => _current ??= new GatedThread();

    public Thread Thread { get; }

    public bool IsPooled { get; }

    /// <summary>The run the thread is in; <see langword="null"/> when it runs no code of a test.</summary>
    public Scheduler? Scheduler { get; private set; }

    public Strand? Strand { get; private set; }

    public TurnState State { get; set; }

    /// <summary>The blocking wait it is in.</summary>
    public BlockingWait? Wait { get; set; }

    /// <summary>Where it waits, once it was asked.</summary>
    public string? Site { get; set; }

    /// <summary>The number of the running work, as the runtime counts; zero: unknown.</summary>
    public int WorkId { get; private set; }

    /// <summary>Whether it has had a processor since its last order.</summary>
    public bool IsAwake => Volatile.Read(ref _isAwake);

    public bool Is(Scheduler scheduler, TurnState state) => Scheduler == scheduler && State == state;

    /// <summary>It comes to the gate of a run.</summary>
    public void Come(Strand strand, int workId)
    {
        Scheduler = strand.Scheduler;
        Strand = strand;
        State = TurnState.Waiting;
        WorkId = workId;
    }

    /// <summary>It runs no more code of the run, and must keep nothing of it alive.</summary>
    public void Go()
    {
        Scheduler = null;
        Strand = null;
        Wait = null;
    }

    /// <summary>It has left a run, and its work item has not ended.</summary>
    public void BeginUnfinished(Scheduler left)
    {
        EndUnfinished();
        _leftUnfinished = left;
        left.AddUnfinished(1);
    }

    /// <summary>Its work item has ended, or it stands at a gate again.</summary>
    public void EndUnfinished()
    {
        _leftUnfinished?.AddUnfinished(-1);
        _leftUnfinished = null;
    }

    /// <summary>Tells it what to do. An order that it has not taken yet is replaced.</summary>
    public void Give(TurnOrder order)
    {
        Volatile.Write(ref _isAwake, false);
        Interlocked.Exchange(ref _order, order);
        _hasOrder.Set();
    }

    /// <exception cref="ThreadInterruptedException">The thread was interrupted.</exception>
    public TurnOrder AwaitOrder()
    {
        // Without a context, or this wait would be announced to it as one of the code under test.
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            while (true)
            {
                _hasOrder.Wait();
                Volatile.Write(ref _isAwake, true);
                if (Interlocked.Exchange(ref _order, TurnOrder.None) is not TurnOrder.None and var order) return order;
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    /// <summary>Waits for the turn, or the end of the run, where nothing may be thrown: an interruption is passed on to
    /// the next wait of the code under test.</summary>
    /// <returns>What it is to do, but for what a thread in a blocking wait is asked: that was for a wait which is
    /// over.</returns>
    public TurnOrder AwaitTurn()
    {
        var isInterrupted = false;
        while (true)
        {
            try
            {
                TurnOrder order = AwaitOrder();
                if (order is TurnOrder.Probe or TurnOrder.Locate) continue;
                if (isInterrupted) Thread.Interrupt();
                return order;
            }
            catch (ThreadInterruptedException)
            {
                isInterrupted = true;
            }
        }
    }
}
