using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>One run of a test: what its pump does, from the first step to the leak checks.</summary>
[DebuggerDisplay("Steps = {Trace.Count}, Time = {Time}")]
internal sealed class TestRun
{
    // While threads are blocked, how often they are asked whether they still are, when nothing else can run.
    private static readonly TimeSpan _probeInterval = TimeSpan.FromMilliseconds(2);

    private readonly AsyncTestOptions _options;
    private readonly Func<TestEnv, Task> _body;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken _cancellationToken;
    private readonly List<Exception> _failures = [];
    private readonly List<(int Id, CallSite Site)> _delays = [];
    private long? _idleSince;
    private bool _isEnding;
    private bool _wasCancelled;
    private AsyncTestException? _stop;

    public TestRun(Func<TestEnv, Task> body, AsyncTestOptions options, CancellationToken cancellationToken)
    {
        _body = body;
        _options = options;
        _cancellationToken = cancellationToken;
        Scheduler = new Scheduler(options.Blocking);
        Scheduler.Blocking.RunUntilOver = RunUntilOver;
        Scheduler.Run = this;
        Time = new VirtualTime(Scheduler, options.StartTime, options.TimeZone);
        Report = new RunReport(this);
        Env = new TestEnv(this);
    }

    public Scheduler Scheduler { get; }

    public VirtualTime Time { get; }

    public TestEnv Env { get; }

    public RunReport Report { get; }

    public TestTrace Trace { get; } = new();

    public StartedWork Work { get; } = new();

    public Watches Watches { get; } = new();

    public ExternalCount External { get; } = new();

    public WaitTable Waits { get; } = new();

    public UnobservedList Unobserved { get; } = new();

    public TimeSpan RealTimeout => _options.RealTimeout;

    // What ends with the test may take its time, and the test is not there any more to move the clock.
    public bool MovesByItself => _isEnding || _options.AutoAdvance is AutoAdvance.OnIdle;

    /// <summary>Starts the run in the context of the caller.</summary>
    /// <returns>A task that completes when the run has ended.</returns>
    public Task StartAsync()
    {
        ExecutionContext? callers = ExecutionContext.Capture();
        PumpThread.Run(pump =>
        {
            Scheduler.Pump = pump;

            // A caller may have suppressed its flow. Run leaves its mark on the context in any case.
            ExecutionContext context = callers ?? ExecutionContext.Capture()!;
            ExecutionContext.Run(context, static run => ((TestRun)run!).Run(), this);
        });
        return _ended.Task;
    }

    /// <summary>From any thread: makes the pump fail at its next decision.</summary>
    public void Stop(AsyncTestException failure)
    {
        Interlocked.CompareExchange(ref _stop, failure, null);
        using (Scheduler.Sync.Enter()) Scheduler.WakePump();
    }

    /// <summary>From any thread: lets the pump look again at what it waits for.</summary>
    public void Wake()
    {
        using (Scheduler.Sync.Enter()) Scheduler.WakePump();
    }

    private void Run()
    {
        Gate.Assign(Scheduler.Root);
        RunListener.RunStarted();
        if (_options.RealTime is RealTimePolicy.Fail) RealDelays.Watch();
        if (_options.Leaks.HasFlag(LeakChecks.UnobservedExceptions)) UnobservedExceptions.Watch();
        using (new Watchdog(_options.RealTimeout, Report.AskToEnd, EndAlthoughStuck))
        using (_cancellationToken.UnsafeRegister(static run => ((TestRun)run!).Wake(), this))
        {
            bool isWhole = RunBody();
            if (isWhole) Collect(RunToEnd);

            // A run that was cut takes no step any more, but what listens to the token hears of the end.
            else Collect(Work.CancelBackground);
        }

        Collect(CheckLeaks);
        if (_failures.Count > 0) Collect(() => _options.Output?.Invoke(Report.Describe()));
        Scheduler.Close(abort: _failures.Count > 0);
        RunListener.RunEnded();
        Work.Dispose();
        Complete();
    }

    /// <summary>Runs the body to its end.</summary>
    /// <returns>Whether it has come to its end, and was not cut by a failure of the run.</returns>
    private bool RunBody()
    {
        StartBody(out Task body);
        Collect(() => RunUntil(body));

        // What the body threw is what its author wants to read; what the run found out besides comes after it.
        if (body.IsFaulted) _failures.InsertRange(0, body.Exception.InnerExceptions);
        else if (body.IsCanceled) _ = AddCancellationAsync(body);
        return body.IsCompleted;
    }

    private void RunToEnd()
    {
        _isEnding = true;
        Work.CancelBackground();
        RunUntil(Work.BackgroundEnded);
        while (Scheduler.Next() is { } step) RunStep(step);
    }

    private void CheckLeaks()
    {
        if (_failures.Count is 0 && Leaks.Find(this, _options.Leaks) is { } leaks) _failures.Add(leaks);
    }

    private void Complete()
    {
        if (_failures.Count is 0) _ended.TrySetResult();
        else if (_wasCancelled && _failures.Count is 1) _ended.TrySetCanceled(_cancellationToken);
        else _ended.TrySetException(_failures);
    }

    /// <summary>On the thread that makes a delay, before the delay has its timer.</summary>
    public void DelayMade(int id)
    {
        if (_options.RealTime is RealTimePolicy.Fail) _delays.Add((id, CallSite.Here()));
    }

    private void EndAlthoughStuck()
    {
        Scheduler.Close(abort: true);
        _ended.TrySetException(Report.Stuck());
    }

    private void StartBody(out Task body)
    {
        SynchronizationContext.SetSynchronizationContext(Scheduler.Root.Context);
        try
        {
            body = _body(Env);
        }
        catch (Exception e)
        {
            body = Task.FromException(e);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }
    }

    private void RunUntil(Task task)
    {
        while (!task.IsCompleted) RunNext();
    }

    /// <summary>A wait that blocks the pump, where the policy allows it.</summary>
    private void RunUntilOver(BlockingWait wait)
    {
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            while (!wait.TryEnd()) RunNext();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    private void RunNext()
    {
        if (Volatile.Read(ref _stop) is { } stop) throw stop;
        if (_cancellationToken.IsCancellationRequested)
        {
            _wasCancelled = true;
            throw new OperationCanceledException(_cancellationToken);
        }

        if (Scheduler.Next() is { } step) RunStep(step);
        else Idle();
    }

    private void RunStep(Step step)
    {
        _idleSince = null;
        if (Trace.Count == _options.MaxSteps) throw Report.StepLimit(_options.MaxSteps);
        Trace.Add(Time.Elapsed, step);
        try
        {
            step.Run(Scheduler);
        }
        catch (Exception e)
        {
            throw e as AsyncTestException ?? Report.Unhandled(step.Name, e);
        }

        if (_delays.Count > 0) CheckDelays();
        Watches.Check(Report);
    }

    private void CheckDelays()
    {
        foreach ((int id, CallSite site) in _delays)
        {
            if (RuntimeTasks.TryFind(id, out Task? delay) && AwaitedNames.IsRealDelay(delay))
                throw Report.RealDelay(site);
        }

        _delays.Clear();
    }

    /// <summary>Nothing can run: something must come from outside, or the clock must move, or this is a
    /// deadlock.</summary>
    private void Idle()
    {
        if (External.IsAny)
        {
            Scheduler.WaitForWork(Timeout.InfiniteTimeSpan);
            return;
        }

        if (Watches.CompleteIdle()) return;
        if (_options.IdleThreshold > TimeSpan.Zero && Scheduler.WaitForWork(_options.IdleThreshold)) return;
        if (Time.MoveOn(MovesByItself))
        {
            Watches.Check(Report);
            return;
        }

        WaitForOutside();
    }

    private void WaitForOutside()
    {
        _idleSince ??= RealTime.Now;
        IReadOnlyList<GatedThread> blocked = Scheduler.Blocked;
        bool mayStillEnd = blocked.Any(static thread => thread.Wait!.HasLimit);
        TimeSpan left = _options.ExternalGrace - RealTime.Since(_idleSince.Value);
        if (left <= TimeSpan.Zero && !mayStillEnd) throw Report.Deadlock();
        Scheduler.WaitForWork(blocked.Count > 0 ? _probeInterval : left);
    }

    private void Collect(Action part)
    {
        try
        {
            part();
        }
        catch (Exception e)
        {
            _failures.Add(e);
        }
    }

    // Completes at once, as the body has: awaiting gives the exception with the place where it was thrown.
    private async Task AddCancellationAsync(Task body)
    {
        try
        {
            await body.ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            _failures.Insert(0, e);
        }
    }
}
