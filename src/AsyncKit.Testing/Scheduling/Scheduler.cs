using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace AsyncKit.Testing;

/// <summary>Knows what of a test can run, and says what is next: one step at a time, on whatever thread.</summary>
/// <remarks>
/// The pump, a thread of its own, runs the steps that were posted, and hands the turn to threads that stand at the
/// gate.
/// </remarks>
[DebuggerDisplay("Ready = {_ready.Count}, Arrived = {_arrivals.Count}")]
internal sealed class Scheduler
{
    // How often threads of the pool still pass the gate of a run that was dropped. Work that ends does so and gives its
    // threads back; a loop that goes over the pool for ever does not go on, but keeps a thread.
    private const int LastPasses = 1_000;

    private readonly ReadySteps _ready = new();
    private readonly List<ThreadStep> _arrivals = [];
    private readonly PoolQuiet _quiet;
    private bool _isOver;
    private bool _isDropped;
    private int _passes;
    private int _strands;
    private int _unfinished;

    public Scheduler(BlockingPolicy blocking)
    {
        Sleep = new PumpSleep(Sync);
        Turns = new Turns(this);
        Blocking = new BlockingCalls(this, blocking);
        Root = new Strand(this, "test");
        _quiet = new PoolQuiet(this);
    }

    /// <summary>Guards what can be ready, of this run: the steps, the threads, and the timers.</summary>
    public SpinGate Sync { get; } = new();

    /// <summary>The waits of the pump.</summary>
    public PumpSleep Sleep { get; }

    public Turns Turns { get; }

    public Strand Root { get; }

    public BlockingCalls Blocking { get; }

    public AsyncVoidCount AsyncVoids { get; } = new();

    public PumpThread? Pump
    {
        get;
        set
        {
            field = value;
            Sleep.Alarm = value?.Wake;
        }
    }

    public bool IsOnPump => Thread.CurrentThread == Pump?.Thread;

    /// <summary>The run; <see langword="null"/> when it is over: what waits for ever must not keep it.</summary>
    public TestRun? Run { get; set; }

    public bool IsOver => Volatile.Read(ref _isOver);

    /// <summary>What decides which step is next; <see langword="null"/>: the one that was ready first.</summary>
    public Decisions? Decisions { get; init; }

    /// <summary>The step that runs, or has run last.</summary>
    public Step? Current { get; set; }

    /// <summary>Whether nobody looks for work of the run in the thread pool: right for one that puts none
    /// there.</summary>
    public bool IsAlone { get; init; }

    /// <summary>Whether a thread has come to the gate.</summary>
    public bool HasGuests { get; private set; }

    // Read without the lock, by the pump: what changes meanwhile wakes it.
    public bool HasReady => _ready.Count > 0 || _arrivals.Count > 0;

    /// <summary>Whether pool threads have left the run in the middle of a work item.</summary>
    public bool HasUnfinished => Volatile.Read(ref _unfinished) > 0;

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
            // From a thread that never came to the gate, as of work that was queued without its context.
            if (IsAlone && !IsOnPump) HasGuests = true;
            if (!_isOver)
            {
                AddReady(step);
                return;
            }
        }

        if (!_isDropped) RunOutside(step);
    }

    /// <summary>Lets a step run in its turn. The caller holds <see cref="Sync"/>.</summary>
    public void AddReady(Step step)
    {
        _ready.Add(step);
        Sleep.Wake();
    }

    /// <summary>On a thread that is about to run code of the test: waits for its turn.</summary>
    /// <remarks>Called by the runtime, which takes no exception from here.</remarks>
    public void Enter(Strand strand)
    {
        if (IsOnPump) return;
        GatedThread thread = GatedThread.Current;
        using (Sync.Enter())
        {
            if (_isOver)
            {
                if (IsAlone) Decisions!.HadLateGuest = true;
                if (!_isDropped || !thread.IsPooled || _passes++ < LastPasses) return;
            }

            thread.Come(strand, WorkOrder.Current);
            HasGuests = true;
            _arrivals.Add(new ThreadStep(thread, strand));
            PoolActivity.Arrived(thread);
            thread.EndUnfinished();
            Sleep.Wake();
        }

        bool hasTurn = thread.AwaitTurn() is TurnOrder.Go;
        if (hasTurn && SynchronizationContext.Current is null)
            SynchronizationContext.SetSynchronizationContext(strand.Context);
    }

    /// <summary>On a thread that runs no more code of the test: gives the turn back.</summary>
    public void Leave()
    {
        GatedThread thread = GatedThread.Current;
        if (thread.Scheduler != this) return;
        using (Sync.Enter())
        {
            PoolActivity.Left(thread);
            Turns.Leave(thread);
        }
    }

    /// <summary>Counts the pool threads that have left the run in the middle of a work item.</summary>
    public void AddUnfinished(int change) => Interlocked.Add(ref _unfinished, change);

    /// <summary>On the pump: what is next.</summary>
    /// <param name="mayJump">Whether there is a timer to jump to.</param>
    /// <param name="step">The step; <see langword="null"/>: the clock jumps before any other step.</param>
    /// <returns>Whether anything can run.</returns>
    public bool TryNext(bool mayJump, out Step? step)
    {
        step = null;
        if (!IsAlone) _quiet.Wait();
        SettleThreads();
        using (Sync.Enter())
        {
            Admit();
            if (_ready.Count is 0) return false;
            int next = Decisions?.NextStep(_ready, mayJump) ?? 0;
            if (next < _ready.Count) step = _ready.TakeAt(next);
            return true;
        }
    }

    /// <summary>On the pump: waits for work of the run that is on its way to the gate.</summary>
    public void WaitUntilQuiet() => _quiet.Wait();

    /// <summary>On the pump: the next turn of a thread.</summary>
    public ThreadStep? NextThread()
    {
        _quiet.Wait();
        SettleThreads();
        using (Sync.Enter())
        {
            Admit();
            Decisions?.HaveNone();
            return _ready.TakeThread();
        }
    }

    /// <summary>A completion in the step that runs has posted what would else have run inside of it.</summary>
    public void CompletionPosted()
    {
        // When the method has ended, nothing of it comes after: to take what was posted next is the same.
        bool isLast = Current is { } step && step.TryFindMethod(out Task? method) && method.IsCompleted;
        if (!isLast && Decisions is not null) Decisions.CompletionWasPosted = true;
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
            if (HasReady) return true;
            Sleep.Begin();
        }

        return Sleep.Wait(limit);
    }

    /// <summary>Ends the run: nothing is stopped at the gate any more, and what is left goes on outside.</summary>
    /// <param name="abort">Whether blocking waits end with an exception, or go on for real.</param>
    /// <param name="drop">Whether what is ready is dropped, and threads soon pass the gate no more: a test that did not
    /// end by itself would go on in the thread pool, for as long as the process lives.</param>
    public void Close(bool abort, bool drop)
    {
        IReadOnlyList<GatedThread> blocked;
        List<Step> left = [];
        using (Sync.Enter())
        {
            // Ended already, although its pump was stuck.
            if (_isOver) return;
            _isOver = true;
            _isDropped = drop;
            Admit();
            blocked = Turns.Release();
            while (_ready.Count > 0) left.Add(_ready.TakeFirst());
            foreach (ThreadStep step in left.OfType<ThreadStep>()) step.Thread.State = TurnState.Free;
        }

        Run = null;
        foreach (GatedThread thread in blocked) thread.Give(abort ? TurnOrder.Abort : TurnOrder.Free);
        foreach (Step step in left)
        {
            if (step is ThreadStep { Thread: var thread }) thread.Give(TurnOrder.Free);
            else if (!drop) RunOutside(step);
        }
    }

    private void SettleThreads()
    {
        Turns.WaitForLeaving();
        Turns.ProbeBlocked();
    }

    // What outlives its test, as a fixture of several tests does, goes on as without it. Contexts do not flow with a
    // post: the one of its own is what it sees. Timers have no clock any more, and strands begin in a test only.
    private void RunOutside(Step step)
    {
        if (step is not PostedStep posted) return;

        // What a blocking wait was ended with, thrown on by an async void method.
        if (posted.State is ExceptionDispatchInfo { SourceException: AsyncTestException }) return;
        ThreadPool.UnsafeQueueUserWorkItem(
            static work => work.step.Run(work.scheduler), (step, scheduler: this), preferLocal: false);
    }

    // What arrives between two steps comes in the order in which the work was made, not in the order in which the
    // operating system woke the threads: that order would be another one each time.
    private void Admit()
    {
        if (_arrivals.Count is 0) return;
        if (_arrivals.Count is 1) _ready.Add(_arrivals[0]);
        else foreach (ThreadStep step in _arrivals.OrderBy(static step => step.WorkId)) _ready.Add(step);
        _arrivals.Clear();
    }
}
