using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>Gives the turn to one strand of a test at a time, whatever thread it is on.</summary>
/// <remarks>
/// The pump, a thread of its own, runs the steps that were posted to it, and hands the turn to threads that stand at
/// the gate and waits for them to leave or to block.
/// </remarks>
[DebuggerDisplay("Ready = {_ready.Count}, Arrived = {_arrivals.Count}")]
internal sealed class Scheduler
{
    // How long a thread may have the turn before it is left to itself: it waits for something that the runtime does not
    // announce, such as a read. Threads of the pool have work that ends, others may never.
    private static readonly TimeSpan _pooledTurn = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _otherTurn = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan _shortWhile = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan _moment = TimeSpan.FromMicroseconds(50);

    private readonly ReadySteps _ready = new();
    private readonly List<ThreadStep> _arrivals = [];
    private readonly List<GatedThread> _blocked = [];
    private readonly List<Thread> _leaving = [];
    private readonly PoolWatch _watch = new();
    private GatedThread? _running;
    private bool _isWaiting;
    private bool _isOver;
    private int _strands;

    public Scheduler(BlockingPolicy blocking)
    {
        Blocking = new BlockingCalls(this, blocking);
        Root = new Strand(this, "test");
    }

    /// <summary>Guards what can be ready, of this run: the steps, the threads, and the timers.</summary>
    public SpinGate Sync { get; } = new();

    public Strand Root { get; }

    public BlockingCalls Blocking { get; }

    public AsyncVoidCount AsyncVoids { get; } = new();

    public PumpThread? Pump { get; set; }

    public bool IsOnPump => Thread.CurrentThread == Pump?.Thread;

    public TestRun? Run { get; set; }

    public bool IsOver => Volatile.Read(ref _isOver);

    /// <summary>What decides which step is next; <see langword="null"/>: the one that was ready first.</summary>
    public Decisions? Decisions { get; init; }

    /// <summary>Whether to look for work in the thread pool only when nothing else can run. Exact for a run in which no
    /// thread comes to the gate.</summary>
    public bool IsAlone { get; init; }

    /// <summary>Whether a thread has come to the gate.</summary>
    public bool HasGuests { get; private set; }

    /// <summary>The threads in a blocking wait.</summary>
    public IReadOnlyList<GatedThread> Blocked
    {
        get
        {
            using (Sync.Enter()) return [.. _blocked];
        }
    }

    public IEnumerable<Step> Ready
    {
        get
        {
            using (Sync.Enter()) return _ready.Snapshot();
        }
    }

    /// <summary>From any thread: lets a step run in its turn.</summary>
    public void Post(Step step)
    {
        using (Sync.Enter())
        {
            if (!_isOver)
            {
                AddReady(step);
                return;
            }
        }

        // What outlives its test, as a fixture of several tests does, goes on as without it.
        ThreadPool.QueueUserWorkItem(
            static work => work.step.Run(work.scheduler), (step, scheduler: this), preferLocal: false);
    }

    /// <summary>Lets a step run in its turn. The caller holds <see cref="Sync"/>.</summary>
    public void AddReady(Step step)
    {
        _ready.Add(step);
        WakePump();
    }

    /// <summary>Wakes the pump from a wait. The caller holds <see cref="Sync"/>.</summary>
    public void WakePump()
    {
        if (!_isWaiting) return;
        _isWaiting = false;
        Pump!.Wake.Set();
    }

    /// <summary>On a thread that is about to run code of the test: waits for its turn.</summary>
    public void Enter(Strand strand)
    {
        if (IsOnPump) return;
        GatedThread thread = GatedThread.Current;
        using (Sync.Enter())
        {
            if (_isOver) return;
            thread.Scheduler = this;
            thread.Strand = strand;
            thread.State = TurnState.Waiting;
            thread.WorkId = WorkOrder.Current;
            HasGuests = true;
            _arrivals.Add(new ThreadStep(thread, strand));
            PoolActivity.Arrived(thread);
            WakePump();
        }

        thread.AwaitTurn();
        if (SynchronizationContext.Current is null && thread.Is(this, TurnState.Running))
            SynchronizationContext.SetSynchronizationContext(strand.Context);
    }

    /// <summary>On a thread that runs no more code of the test: gives the turn back.</summary>
    public void Leave()
    {
        GatedThread thread = GatedThread.Current;
        if (thread.Scheduler != this) return;
        using (Sync.Enter())
        {
            thread.Scheduler = null;
            PoolActivity.Left(thread);
            if (!thread.IsPooled) _leaving.Add(thread.Thread);
            GiveBack(thread);
        }
    }

    /// <summary>On a thread with the turn: waits, without it, until a blocking wait is over.</summary>
    public void Block(GatedThread thread, BlockingWait wait)
    {
        using (Sync.Enter())
        {
            thread.Wait = wait;
            thread.State = _isOver ? TurnState.Detached : TurnState.Blocked;
            if (!_isOver) _blocked.Add(thread);
            GiveBack(thread);
        }

        if (thread.State is TurnState.Detached) thread.GiveTurn();
        while (true)
        {
            thread.AwaitTurn();
            switch (thread.State)
            {
                case TurnState.Running:
                    return;
                case TurnState.Aborted:
                    throw new AsyncTestException(
                        AsyncTestFailure.BlockingCall, "The test has ended while this call was blocking.");
                case TurnState.Detached:
                    wait.Block(Timeout.InfiniteTimeSpan);
                    return;
                case TurnState.Asked:
                    thread.Site = CallSite.Here().ToString();
                    break;
                default:
                    wait.TryEnd();
                    break;
            }

            using (Sync.Enter())
            {
                thread.State = TurnState.Blocked;
                GiveBack(thread);
            }
        }
    }

    /// <summary>On the pump: what is next.</summary>
    /// <param name="mayJump">Whether there is a timer to jump to.</param>
    /// <param name="step">The step; <see langword="null"/>: the clock jumps before any other step.</param>
    /// <returns>Whether anything can run.</returns>
    public bool TryNext(bool mayJump, out Step? step)
    {
        step = null;
        if (!IsAlone || _ready.Count is 0) WaitUntilQuiet();
        Settle();
        using (Sync.Enter())
        {
            Admit();
            if (_ready.Count is 0) return false;
            int next = Decisions?.NextStep(_ready, mayJump) ?? 0;
            if (next < _ready.Count) step = _ready.TakeAt(next);
            return true;
        }
    }

    /// <summary>On the pump: the next turn of a thread.</summary>
    public ThreadStep? NextThread()
    {
        WaitUntilQuiet();
        Settle();
        using (Sync.Enter())
        {
            Admit();
            Decisions?.HaveNone();
            return _ready.TakeThread();
        }
    }

    /// <summary>On a thread with the turn: lets others have it, and waits until it is back.</summary>
    public void Yield(GatedThread thread)
    {
        using (Sync.Enter())
        {
            if (_isOver || !thread.Is(this, TurnState.Running)) return;
            thread.State = TurnState.Waiting;
            _ready.Add(new ThreadStep(thread, thread.Strand!));
            GiveBack(thread);
        }

        thread.AwaitTurn();
    }

    /// <summary>The context in which a step of a strand runs.</summary>
    public SynchronizationContext? ContextFor(Strand strand) =>
        IsOver ? null
        : Decisions?.PostsCompletions is true ? new StrandContext(strand)
        : strand.Context;

    public int CountStrand() => Interlocked.Increment(ref _strands);

    /// <summary>On the pump: waits until something may be ready, but not longer than a limit in real time.</summary>
    /// <returns>Whether there was something.</returns>
    public bool WaitForWork(TimeSpan limit)
    {
        using (Sync.Enter())
        {
            if (_ready.Count > 0 || _arrivals.Count > 0) return true;
            _isWaiting = true;
        }

        return WaitForSignal(limit);
    }

    /// <summary>On the pump: gives a thread the turn, and waits until it comes back.</summary>
    public void GiveTurn(GatedThread thread) => Resume(thread, TurnState.Running);

    /// <summary>Asks the blocked threads where they are.</summary>
    public void LocateBlocked()
    {
        foreach (GatedThread thread in Blocked) Resume(thread, TurnState.Asked);
    }

    /// <summary>Ends the run: nothing is stopped at the gate any more, and what stands there goes on as it
    /// may.</summary>
    /// <param name="abort">Whether blocking waits end with an exception, or go on for real.</param>
    public void Close(bool abort)
    {
        List<GatedThread> released = [];
        using (Sync.Enter())
        {
            // Ended already, although its pump was stuck.
            if (_isOver) return;
            _isOver = true;
            Admit();
            foreach (GatedThread thread in _blocked)
            {
                thread.State = abort ? TurnState.Aborted : TurnState.Detached;
                released.Add(thread);
            }

            while (_ready.Count > 0)
            {
                if (_ready.TakeFirst() is not ThreadStep { Thread: var thread }) continue;
                thread.State = TurnState.Detached;
                released.Add(thread);
            }
        }

        foreach (GatedThread thread in released) thread.GiveTurn();
    }

    // Until every work item that the test has queued stands at the gate, where it can be put in order.
    private void WaitUntilQuiet()
    {
        if (PoolActivity.IsQuiet) return;
        _watch.Begin();
        long start = RealTime.Now;
        while (!_watch.IsQuiet())
        {
            // Most are there in some microseconds. After that, to yield would be to wait for a whole slice of whoever
            // else wants the processor.
            if (RealTime.Since(start) < _moment)
            {
                Thread.SpinWait(20);
                continue;
            }

            using (Sync.Enter()) _isWaiting = true;
            WaitForSignal(_shortWhile);
        }
    }

    // What arrives between two steps comes in the order in which the work was made, not in the order in which the
    // operating system woke the threads: that order would be another one each time.
    private void Admit()
    {
        if (_arrivals.Count is 0) return;
        if (_arrivals.Count > 1)
        {
            ThreadStep[] inOrder = [.. _arrivals.OrderBy(static step => step.WorkId)];
            foreach (ThreadStep step in inOrder) _ready.Add(step);
        }
        else
        {
            _ready.Add(_arrivals[0]);
        }

        _arrivals.Clear();
    }

    private void Settle()
    {
        WaitForLeaving();
        LookAfterBlocked();
    }

    // A thread of its own, as long-running tasks have, completes its task after it has left the gate.
    private void WaitForLeaving()
    {
        if (_leaving.Count is 0) return;
        long start = RealTime.Now;
        var spin = new SpinWait();
        while (RealTime.Since(start) < _otherTurn)
        {
            using (Sync.Enter())
            {
                _leaving.RemoveAll(static thread =>
                    !thread.IsAlive || thread.ThreadState.HasFlag(System.Threading.ThreadState.WaitSleepJoin));
                if (_leaving.Count is 0) return;
            }

            spin.SpinOnce(sleep1Threshold: -1);
        }

        using (Sync.Enter()) _leaving.Clear();
    }

    private void LookAfterBlocked()
    {
        if (_blocked.Count is 0) return;
        foreach (GatedThread thread in Blocked)
        {
            Resume(thread, TurnState.Probed);
            if (thread.Wait?.Result is null) continue;
            using (Sync.Enter())
            {
                _blocked.Remove(thread);
                thread.State = TurnState.Waiting;
                _ready.Add(new ThreadStep(thread, thread.Strand!));
            }
        }
    }

    private void Resume(GatedThread thread, TurnState state)
    {
        using (Sync.Enter())
        {
            thread.State = state;
            _running = thread;
        }

        thread.GiveTurn();
        WaitForReturn(thread);
    }

    private void WaitForReturn(GatedThread thread)
    {
        while (Volatile.Read(ref _running) is not null)
        {
            using (Sync.Enter())
            {
                if (_running is null) return;
                _isWaiting = true;
            }

            if (WaitForSignal(thread.IsPooled ? _pooledTurn : _otherTurn)) continue;
            using (Sync.Enter())
            {
                if (_running is null) return;
                _running = null;
                thread.State = TurnState.Detached;
            }
        }
    }

    private bool WaitForSignal(TimeSpan limit)
    {
        if (Pump!.Wake.Wait(limit)) return true;
        using (Sync.Enter())
        {
            if (_isWaiting)
            {
                _isWaiting = false;
                return false;
            }
        }

        // The signal came in this moment: it must not stay for the next wait.
        Pump.Wake.Wait();
        return true;
    }

    private void GiveBack(GatedThread thread)
    {
        if (_running != thread) return;
        _running = null;
        WakePump();
    }
}
