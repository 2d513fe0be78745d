using System.Diagnostics;
using AsyncKit.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>One run of a test, from the first step to the leak checks.</summary>
[DebuggerDisplay("Steps = {Trace.Count}, Time = {Time}")]
internal sealed class TestRun
{
    private readonly AsyncTestOptions _options;
    private readonly Func<TestEnv, Task> _body;
    private List<Exception>? _failures;
    private AsyncTestException? _stop;
    private TaskInspector? _inspector;

    /// <param name="body">The test.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="decisions">What decides where there is a choice; <see langword="null"/>: there is none.</param>
    /// <param name="isAlone">Whether the test is taken to leave the thread pool alone: see
    /// <see cref="Scheduler.IsAlone"/>.</param>
    public TestRun(
        Func<TestEnv, Task> body, AsyncTestOptions options, Decisions? decisions = null, bool isAlone = false)
    {
        _body = body;
        _options = options;
        Scheduler = new Scheduler(options.Blocking) { Run = this, Decisions = decisions, IsAlone = isAlone };
        Time = new VirtualTime(Scheduler, options.StartTime, options.TimeZone);
        Loop = new StepLoop(this, options);
        Report = new RunReport(this);
        Env = new TestEnv(this);
    }

    public Scheduler Scheduler { get; }

    public VirtualTime Time { get; }

    public TestEnv Env { get; }

    public RunReport Report { get; }

    public StepLoop Loop { get; }

    /// <summary>How much it tells of itself.</summary>
    public RunDetail Detail { get; init; } = RunDetail.Described;

    /// <summary>What it was like when it failed, if it was traced.</summary>
    public string? Description { get; private set; }

    public TestTrace Trace { get; } = new();

    public StartedWork Work { get; } = new();

    public Watches Watches { get; } = new();

    public ExternalCount External { get; } = new();

    public UnobservedList Unobserved { get; } = new();

    /// <summary>Which run of its call it is, from 1.</summary>
    public int Number { get; set; }

    /// <summary>Ends it.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Whether the caller ended it by its token.</summary>
    public bool WasCancelled { get; private set; }

    /// <summary>Whether something has ended it, from outside or in the middle of a step.</summary>
    public bool IsStopped => Volatile.Read(ref _stop) is not null || CancellationToken.IsCancellationRequested;

    /// <summary>What went wrong: what the body threw first.</summary>
    public IReadOnlyList<Exception> Failures => _failures ?? [];

    public TimeSpan RealTimeout => _options.RealTimeout;

    /// <summary>The tasks of the test, and who waits for whom; none when it is not described.</summary>
    public TaskSnapshot? Tasks => _inspector?.Capture();

    /// <summary>On the pump: runs the test, from the first step to the leak checks.</summary>
    public void Run(PumpThread pump)
    {
        Scheduler.Pump = pump;

        // Not for the schedules of an exploration: the one that fails runs again, and that run is described.
        using TaskInspector? inspector =
            Detail is RunDetail.None ? null : TaskInspector.Start(RunReport.Inspected(this));
        _inspector = inspector;
        Gate.Assign(Scheduler.Root);
        AsyncDiagnostics.TaskBegun(Scheduler.Root);
        if (RunBody()) Collect(static run => run.RunToEnd());

        // A run that was cut takes no step any more, but what listens to the token hears of the end.
        else Collect(static run => run.Work.CancelBackground());
        Collect(static run => run.CheckLeaks());
        if (_failures is not null && Detail is not RunDetail.None) Collect(static run => run.DescribeFailure());
        Scheduler.Close(abort: _failures is not null, drop: IsEndless || Scheduler.Decisions is not null);
        if (_failures is not null || Detail is RunDetail.Traced) PendingMethods.Forget(Scheduler);
        Work.Dispose();
        AsyncDiagnostics.TaskEnded(Scheduler.Root);
    }

    /// <summary>From any thread: makes the pump fail at its next decision.</summary>
    /// <returns>The failure.</returns>
    public AsyncTestException Stop(AsyncTestException failure)
    {
        Interlocked.CompareExchange(ref _stop, failure, null);
        Wake();
        return failure;
    }

    /// <summary>On the pump, before each step.</summary>
    public void ThrowIfStopped()
    {
        if (Volatile.Read(ref _stop) is { } stop) throw stop;
        if (!CancellationToken.IsCancellationRequested) return;
        WasCancelled = true;
        throw new OperationCanceledException(CancellationToken);
    }

    /// <summary>From any thread: lets the pump look again at what it waits for.</summary>
    public void Wake()
    {
        using (Scheduler.Sync.Enter()) Scheduler.Sleep.Wake();
    }

    /// <summary>Runs the body to its end.</summary>
    /// <returns>Whether it has come to its end, and was not cut by a failure of the run.</returns>
    private bool RunBody()
    {
        Task body = StartBodyAsync();
        try
        {
            Loop.RunUntil(body);

            // Code of the test may have caught it: a failure of the run is one all the same.
            if (_stop is not null) throw _stop;
            if (Scheduler.Decisions?.Diverged is { } diverged) throw diverged;
        }
        catch (Exception e)
        {
            Fail(e);
        }

        // What the body threw is what its author wants to read; what the run found out besides comes after it.
        if (_failures is [DivergedException, ..]) return false;
        if (body.IsFaulted) AddFirst(body.Exception.InnerExceptions);
        else if (body.IsCanceled) _ = AddCancellationAsync(body);
        return body.IsCompleted && !IsStopped;
    }

    private void RunToEnd()
    {
        Work.CancelBackground();
        Loop.RunToEnd(Work.BackgroundEnded);
    }

    private void DescribeFailure()
    {
        Scheduler.Turns.LocateBlocked();
        Description = Report.Describe();
        _options.Output?.Invoke(Description);
    }

    private void CheckLeaks()
    {
        if (_failures is null && Leaks.Find(this, _options.Leaks) is { } leaks) Fail(leaks);
    }

    // A test that had no end by itself has none outside of its run either.
    private bool IsEndless =>
        WasCancelled || _stop?.Failure is AsyncTestFailure.StepLimit or AsyncTestFailure.RealTimeout;

    private Task StartBodyAsync()
    {
        SynchronizationContext.SetSynchronizationContext(Scheduler.Root.Context);
        try
        {
            return _body(Env)
                ?? throw new InvalidOperationException("The body of the test returned null instead of a task.");
        }
        catch (Exception e)
        {
            return Task.FromException(e);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }
    }

    private void Collect(Action<TestRun> part)
    {
        try
        {
            part(this);
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    // A failure of the run may have come through the body.
    private void AddFirst(IEnumerable<Exception> thrown)
    {
        _failures ??= [];
        _failures.InsertRange(0, [.. thrown.Except(_failures)]);
    }

    private void Fail(Exception failure)
    {
        _failures ??= [];
        if (!_failures.Contains(failure)) _failures.Add(failure);
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
            (_failures ??= []).Insert(0, e);
        }
    }
}
