namespace AsyncKit.Testing;

/// <summary>Makes the runs of an exploration, each as quickly as the test allows.</summary>
/// <remarks>
/// A test that leaves the thread pool alone needs nobody to look for its work there, and nothing of what the runtime
/// tells. Each is taken for one until a thread comes to the gate, maybe only when its run is over. What was run till
/// then is outdated: the order in which its threads came may be another one the next time.
/// </remarks>
internal sealed class ExploredRuns(Func<TestEnv, Task> body, Decisions decisions, PumpedCall call) : IDisposable
{
    // What is reported, replayed or compared is one run, which can wait for what may come from outside.
    private static readonly TimeSpan _usualGrace = new AsyncTestOptions().ExternalGrace;

    // For a machine that is too busy to start a thread within the usual one.
    private static readonly TimeSpan _longGrace = TimeSpan.FromSeconds(2);

    private bool _hasTried;
    private bool _isWatched;
    private TimeSpan _grace;

    public required ExploreOptions Options { get; init; }

    /// <summary>Whether what was run is to be run again.</summary>
    public bool AreOutdated { get; private set; }

    /// <summary>Whether no more are to be made.</summary>
    public bool AreOver => call.IsOver;

    /// <summary>The choices of the last.</summary>
    public ReadOnlySpan<Choice> Made => decisions.Made;

    /// <summary>Begins anew.</summary>
    public void Begin()
    {
        AreOutdated = false;

        // What these look at, the runtime lists only when it is asked to.
        if (Options.Leaks.HasFlag(LeakChecks.PendingMethods) || Options.RealTime is RealTimePolicy.Fail) Watch();
    }

    /// <summary>From now on looks for what is in the thread pool.</summary>
    public void Watch()
    {
        if (_isWatched) return;
        _isWatched = true;
        RuntimeTracing.Begin();
    }

    /// <summary>Runs a schedule.</summary>
    public TestRun Make(in Schedule schedule, int number)
    {
        bool isAlone = _hasTried && !_isWatched;
        _hasTried = true;
        return Make(schedule, number, isAlone, _grace, RunDetail.None);
    }

    /// <summary>Runs a schedule with its trace.</summary>
    public TestRun Trace(in Schedule schedule, int number)
    {
        RuntimeTracing.Begin();
        try
        {
            TimeSpan grace = _grace > _usualGrace ? _grace : _usualGrace;
            return Make(schedule, number, isAlone: false, grace, RunDetail.Traced);
        }
        finally
        {
            RuntimeTracing.End();
        }
    }

    /// <summary>Looks whether threads have come to the gate, which nobody looked for.</summary>
    /// <param name="run">The last run.</param>
    /// <param name="isDecisive">Whether to wait for those that are on their way.</param>
    public void LookForGuests(TestRun run, bool isDecisive)
    {
        if (_isWatched) return;
        if (isDecisive) run.Scheduler.WaitUntilQuiet();
        if (!run.Scheduler.HasGuests && !decisions.HadLateGuest) return;
        AreOutdated = true;
        Watch();
    }

    /// <summary>A deadlock was none: a thread of the test's own was on its way. From now on each is waited for, or for
    /// longer.</summary>
    /// <returns>Whether they can be waited for any longer.</returns>
    public bool TryBePatient()
    {
        if (_grace == _longGrace || Options.ExternalGrace > TimeSpan.Zero) return false;
        _grace = _grace == TimeSpan.Zero ? _usualGrace : _longGrace;
        AreOutdated = true;
        return true;
    }

    public void Dispose()
    {
        if (_isWatched) RuntimeTracing.End();
    }

    private TestRun Make(in Schedule schedule, int number, bool isAlone, TimeSpan grace, RunDetail detail)
    {
        schedule.Strategy.Begin(number);
        decisions.Begin(schedule);
        ExploreOptions options = Options.ExternalGrace == TimeSpan.Zero && grace > TimeSpan.Zero
            ? Options with { ExternalGrace = grace }
            : Options;
        var run = new TestRun(body, options, decisions, isAlone) { Detail = detail };
        call.Make(run);
        return run;
    }
}
