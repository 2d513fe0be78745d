using System.Runtime.CompilerServices;

namespace AsyncKit.Testing;

/// <summary>What the pump of a run does: one step after the other and, when nothing can run, whatever lets the test go
/// on.</summary>
internal sealed class StepLoop(TestRun run, AsyncTestOptions options)
{
    // How many blocking waits of the pump may run the test on, each on top of the one before.
    private const int MostNested = 256;

    // While threads are blocked, how often they are asked whether they still are, when nothing else can run.
    private static readonly TimeSpan _probeInterval = TimeSpan.FromMilliseconds(2);

    private readonly List<(int Id, CallSite Site)> _delays = [];
    private BlockingWait? _pumpWait;
    private long? _idleSince;
    private bool _isEnding;
    private bool _isInLock;
    private int _depth;

    // What ends with the test may take its time, and the test is not there any more to move the clock.
    public bool MovesByItself => _isEnding || options.AutoAdvance is AutoAdvance.OnIdle;

    /// <summary>Whether the pump runs the test on from inside a blocking wait of it.</summary>
    public bool IsInTheMiddle => _depth > 0;

    private Scheduler Scheduler => run.Scheduler;

    private bool IsAnyBlocked => _pumpWait is not null || Scheduler.Turns.AreBlocked;

    public void RunUntil(Task task)
    {
        while (!task.IsCompleted)
        {
            // A thread that has left the gate may have completed it since.
            if (!TryRunNext() && !task.IsCompleted) Idle();
        }
    }

    /// <summary>Waits for what ends with the test, and runs what is left, without moving the clock.</summary>
    public void RunToEnd(Task background)
    {
        _isEnding = true;
        RunUntil(background);
        while (true)
        {
            run.ThrowIfStopped();
            if (!Scheduler.TryNext(mayJump: false, out Step? step)) return;
            RunStep(step!);
        }
    }

    /// <summary>A wait that blocks the pump, where the policy allows it.</summary>
    public void RunUntilOver(BlockingWait wait) => InsideStep(() =>
    {
        BlockingWait? outer = _pumpWait;
        _pumpWait = wait;
        try
        {
            while (!wait.TryEnd())
            {
                if (!TryRunNext() && !wait.TryEnd()) Idle();
            }
        }
        finally
        {
            _pumpWait = outer;
        }
    });

    /// <summary>A lock that blocks the pump: what could run on the pump, on top of the code that waits, would walk
    /// through the locks that this holds.</summary>
    public void RunThreadsUntilOver(BlockingWait wait) => InsideStep(() =>
    {
        Step? outer = Scheduler.Current;
        _isInLock = true;
        try
        {
            while (!wait.TryEnd() && Scheduler.NextThread() is { } step) RunStep(step);
        }
        finally
        {
            _isInLock = false;
            Scheduler.Current = outer;
        }
    });

    /// <summary>On the thread that makes a delay, before the delay has its timer.</summary>
    public void DelayMade(int id)
    {
        if (options.RealTime is RealTimePolicy.Fail) _delays.Add((id, CallSite.Here()));
    }

    private void InsideStep(Action work)
    {
        // The runtime needs more of the stack to throw than it says is enough.
        if (_depth == MostNested || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw run.Stop(run.Report.TooDeep());
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        _depth++;
        try
        {
            work();
        }
        finally
        {
            _depth--;
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    /// <summary>Takes the next step, if anything can run.</summary>
    /// <returns>Whether anything could.</returns>
    private bool TryRunNext()
    {
        run.ThrowIfStopped();
        if (!Scheduler.TryNext(MovesByItself && run.Time.MayJump, out Step? step)) return false;
        if (step is null) JumpEarly();
        else RunStep(step);
        return true;
    }

    private void RunStep(Step step)
    {
        _idleSince = null;
        if (run.Trace.Count == options.MaxSteps) throw TooMany(step);
        if (run.Detail is RunDetail.None) run.Trace.Count++;
        else run.Trace.Add(
            run.Time.Elapsed, step, Scheduler.Decisions?.PassedOver, hasAwaits: run.Detail is RunDetail.Traced);
        Scheduler.Current = step;
        if (!_isInLock) Scheduler.Decisions?.CancelBefore(run.Trace.Count);
        try
        {
            step.Run(Scheduler);
        }
        catch (Exception e)
        {
            throw run.Stop(e as AsyncTestException ?? run.Report.Unhandled(step.Name, e));
        }

        if (_delays.Count > 0) CheckDelays();
        CheckWatches();
    }

    // The step was taken, and is not run: it goes back, or its thread would stay at the gate.
    private AsyncTestException TooMany(Step step)
    {
        using (Scheduler.Sync.Enter()) Scheduler.AddReady(step);
        return run.Stop(run.Report.StepLimit(options.MaxSteps));
    }

    private void CheckWatches()
    {
        try
        {
            run.Watches.Check(run.Report);
        }
        catch (AsyncTestException e)
        {
            throw run.Stop(e);
        }
    }

    private void CheckDelays()
    {
        foreach ((int id, CallSite site) in _delays)
        {
            if (RuntimeTasks.TryFind(id, out Task? delay) && AwaitedNames.IsRealDelay(delay))
                throw run.Stop(run.Report.RealDelay(site));
        }

        _delays.Clear();
    }

    /// <summary>Nothing can run: something must come from outside, or the clock must move, or this is a
    /// deadlock.</summary>
    private void Idle()
    {
        if (run.External.IsAny || Scheduler.Turns.AreStraying)
        {
            Scheduler.WaitForWork(IsAnyBlocked ? _probeInterval : Timeout.InfiniteTimeSpan);
            return;
        }

        if (run.Watches.CompleteIdle()) return;
        if (options.IdleThreshold > TimeSpan.Zero && Scheduler.WaitForWork(options.IdleThreshold)) return;
        if (!Jump() && Scheduler.Decisions?.CancelAtLast(run.Trace.Count + 1) is not true) WaitForOutside();
    }

    private void JumpEarly()
    {
        run.Trace.JumpedEarly();
        Jump();
    }

    private bool Jump()
    {
        if (!run.Time.MoveOn(MovesByItself)) return false;
        CheckWatches();
        return true;
    }

    private void WaitForOutside()
    {
        _idleSince ??= RealTime.Now;
        bool mayStillEnd = _pumpWait?.HasLimit is true
            || Scheduler.Turns.Blocked.Any(static thread => thread.Wait!.HasLimit);
        TimeSpan left = options.ExternalGrace - RealTime.Since(_idleSince.Value);
        if (left <= TimeSpan.Zero && !mayStillEnd) throw run.Stop(run.Report.Deadlock());
        Scheduler.WaitForWork(IsAnyBlocked ? _probeInterval : left);
    }
}
