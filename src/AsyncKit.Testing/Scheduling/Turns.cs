namespace AsyncKit.Testing;

/// <summary>The threads of a run other than its pump: hands them the turn, and waits until they leave, block, or have
/// run for too long.</summary>
internal sealed class Turns(Scheduler scheduler)
{
    // How long a thread may have the turn before it is left to itself: it waits for something that the runtime does not
    // announce, such as a read.
    private static readonly TimeSpan _longest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _leavingTime = TimeSpan.FromMilliseconds(50);

    private readonly List<GatedThread> _blocked = [];
    private readonly List<GatedThread> _strays = [];
    private readonly List<Thread> _leaving = [];
    private GatedThread? _running;
    private int _inTheMiddle;

    /// <summary>The threads in a blocking wait.</summary>
    public IReadOnlyList<GatedThread> Blocked
    {
        get
        {
            using (scheduler.Sync.Enter()) return [.. _blocked];
        }
    }

    /// <summary>Those of the thread pool that have lost the turn and not come back: their work ends, so the clock waits
    /// for it. Threads of the code's own may wait for ever, as one that watches files does.</summary>
    public IReadOnlyList<GatedThread> Strays
    {
        get
        {
            using (scheduler.Sync.Enter()) return [.. _strays];
        }
    }

    // Read without the lock, by the pump: what changes meanwhile wakes it.
    public bool AreBlocked => _blocked.Count > 0;

    public bool AreStraying => _strays.Count > 0;

    /// <summary>Whether threads have lost the turn in the middle of what they do, maybe inside of a lock.</summary>
    public bool AreInTheMiddle => Volatile.Read(ref _inTheMiddle) > 0 || AreStraying;

    /// <summary>On a thread that runs no more code of the run. The caller holds the lock.</summary>
    public void Leave(GatedThread thread)
    {
        if (_strays.Remove(thread)) scheduler.Sleep.Wake();
        thread.Go();
        if (!thread.IsPooled) _leaving.Add(thread.Thread);
        GiveBack(thread);
    }

    /// <summary>On a thread with the turn: lets others have it, and waits until it is back.</summary>
    public void Yield(GatedThread thread)
    {
        using (scheduler.Sync.Enter())
        {
            if (scheduler.IsOver || !thread.Is(scheduler, TurnState.Running)) return;
            Interlocked.Increment(ref _inTheMiddle);
            QueueFor(thread);
        }

        thread.AwaitTurn();
        Interlocked.Decrement(ref _inTheMiddle);
    }

    /// <summary>On a thread with the turn: waits, without it, until a blocking wait is over.</summary>
    public void Block(GatedThread thread, BlockingWait wait)
    {
        if (!BeginBlock(thread, wait))
        {
            wait.Block(Timeout.InfiniteTimeSpan);
            return;
        }

        try
        {
            ObeyUntilOver(thread, wait);
        }
        finally
        {
            Interlocked.Decrement(ref _inTheMiddle);
        }
    }

    /// <summary>On the pump: gives a thread the turn, and waits until it comes back.</summary>
    public void Give(GatedThread thread)
    {
        using (scheduler.Sync.Enter())
        {
            thread.State = TurnState.Running;
            _running = thread;
        }

        if (TryTell(thread, TurnOrder.Go)) return;
        using (scheduler.Sync.Enter())
        {
            if (_running is null) return;
            _running = null;
            thread.State = TurnState.Stray;
            if (thread.IsPooled) _strays.Add(thread);
        }
    }

    /// <summary>On the pump: asks the blocked threads where they are.</summary>
    public void LocateBlocked()
    {
        foreach (GatedThread thread in Blocked) AskBlocked(thread, TurnOrder.Locate);
    }

    /// <summary>On the pump: makes those ready whose blocking wait is over.</summary>
    public void ProbeBlocked()
    {
        if (_blocked.Count is 0) return;
        foreach (GatedThread thread in Blocked)
        {
            AskBlocked(thread, TurnOrder.Probe);
            using (scheduler.Sync.Enter())
            {
                if (thread.Wait?.Result is not null && _blocked.Remove(thread)) QueueFor(thread);
            }
        }
    }

    /// <summary>On the pump: waits for threads of the code's own, as long-running tasks have, which complete their task
    /// after they have left.</summary>
    public void WaitForLeaving()
    {
        if (_leaving.Count is 0) return;
        long start = RealTime.Now;
        var spin = new SpinWait();
        while (RealTime.Since(start) < _leavingTime)
        {
            using (scheduler.Sync.Enter())
            {
                _leaving.RemoveAll(static thread =>
                    !thread.IsAlive || thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin));
                if (_leaving.Count is 0) return;
            }

            spin.SpinOnce(sleep1Threshold: -1);
        }

        using (scheduler.Sync.Enter()) _leaving.Clear();
    }

    /// <summary>Takes the blocked threads out of the run. The caller holds the lock.</summary>
    public IReadOnlyList<GatedThread> Release()
    {
        GatedThread[] released = [.. _blocked];
        foreach (GatedThread thread in released) thread.State = TurnState.Free;
        _blocked.Clear();
        _strays.Clear();
        return released;
    }

    private bool BeginBlock(GatedThread thread, BlockingWait wait)
    {
        using (scheduler.Sync.Enter())
        {
            if (scheduler.IsOver) return false;
            thread.Wait = wait;
            thread.State = TurnState.Blocked;
            _blocked.Add(thread);
            Interlocked.Increment(ref _inTheMiddle);
            GiveBack(thread);
            return true;
        }
    }

    private void ObeyUntilOver(GatedThread thread, BlockingWait wait)
    {
        while (true)
        {
            switch (AwaitOrder(thread))
            {
                case TurnOrder.Go:
                    return;
                case TurnOrder.Abort when CallSite.IsInTask():
                    throw new AsyncTestException(
                        AsyncTestFailure.BlockingCall, "The test has ended while this call was blocking.");

                // Without a task that takes the exception it would end the process.
                case TurnOrder.Abort or TurnOrder.Free:
                    wait.Block(Timeout.InfiniteTimeSpan);
                    return;
                case TurnOrder.Locate:
                    thread.Site = CallSite.Here().ToString();
                    break;
                default:
                    wait.TryEnd();
                    break;
            }

            using (scheduler.Sync.Enter())
            {
                // Not a turn that it was given meanwhile, having taken too long to answer.
                if (thread.State is TurnState.Blocked) GiveBack(thread);
            }
        }
    }

    // An interruption is for the code under test, which gets it when it has the turn.
    private TurnOrder AwaitOrder(GatedThread thread)
    {
        try
        {
            return thread.AwaitOrder();
        }
        catch (ThreadInterruptedException)
        {
            using (scheduler.Sync.Enter())
            {
                if (_blocked.Remove(thread)) QueueFor(thread);
            }

            thread.AwaitTurn();
            throw;
        }
    }

    private void AskBlocked(GatedThread thread, TurnOrder order)
    {
        using (scheduler.Sync.Enter())
        {
            // It may be interrupted at any moment, and then waits for its turn.
            if (thread.State is not TurnState.Blocked) return;
            _running = thread;
        }

        // One that does not answer in time is asked again at the next step.
        if (TryTell(thread, order)) return;
        using (scheduler.Sync.Enter()) _running = null;
    }

    // Gives an order, and waits until the thread has carried it out.
    private bool TryTell(GatedThread thread, TurnOrder order)
    {
        thread.Give(order);
        while (Volatile.Read(ref _running) is not null)
        {
            using (scheduler.Sync.Enter())
            {
                if (_running is null) return true;
                scheduler.Sleep.Begin();
            }

            // The limit is for what the thread does: on a busy machine it may have to wait for a processor before.
            if (!scheduler.Sleep.Wait(_longest) && thread.IsAwake) return false;
        }

        return true;
    }

    private void QueueFor(GatedThread thread)
    {
        thread.State = TurnState.Waiting;
        scheduler.AddReady(new ThreadStep(thread, thread.Strand!));
        GiveBack(thread);
    }

    private void GiveBack(GatedThread thread)
    {
        if (_running != thread) return;
        _running = null;
        scheduler.Sleep.Wake();
    }
}
