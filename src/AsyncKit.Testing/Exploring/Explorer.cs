namespace AsyncKit.Testing;

/// <summary>Runs a test under one schedule after the other, until one fails or there are enough.</summary>
internal sealed class Explorer
{
    private static readonly TimeSpan _grace = new AsyncTestOptions().ExternalGrace;

    private readonly Func<TestEnv, Task> _body;
    private readonly Decisions _decisions;
    private readonly PumpedCall _call;

    // A test that leaves the thread pool alone needs nobody to look for its work there, and nothing of what the runtime
    // tells: each is taken for one until a thread comes to the gate.
    private bool _isAlone = true;
    private ExploreOptions _options;
    private int _number;

    public Explorer(Func<TestEnv, Task> body, ExploreOptions options, Decisions decisions, PumpedCall call)
    {
        _body = body;
        _options = options;
        _decisions = decisions;
        _call = call;
        Report = new ExploreReport(1, options.Seed, IsComplete: false);
    }

    /// <summary>What was done, when nothing failed.</summary>
    public ExploreReport Report { get; private set; }

    /// <summary>On the pump: explores.</summary>
    /// <returns>What failed.</returns>
    public IReadOnlyList<Exception> Explore(Func<SchedulePlan> newPlan)
    {
        RuntimeTracing.Rest();
        PointListener.Subscription.Begin();
        try
        {
            return TryTokens() ?? TrySchedules(newPlan) ?? [];
        }
        finally
        {
            PointListener.Subscription.End();
            if (!_isAlone) RuntimeTracing.End();
        }
    }

    /// <summary>On the pump: runs one schedule.</summary>
    /// <returns>What failed.</returns>
    public IReadOnlyList<Exception> Replay(in Schedule schedule)
    {
        PointListener.Subscription.Begin();
        try
        {
            AsyncTestException? failure = new ScheduleReport(Trace).Replayed(schedule);
            return failure is null ? [] : [failure];
        }
        finally
        {
            PointListener.Subscription.End();
        }
    }

    /// <summary>On the pump: runs each schedule twice, and compares the steps.</summary>
    /// <returns>What failed.</returns>
    public IReadOnlyList<Exception> Compare(SchedulePlan plan)
    {
        long start = RealTime.Now;
        for (_number = 0; _number < _options.Schedules && !IsLate(start); _number++)
        {
            if (!plan.TryNext(_number, out Schedule schedule)) break;
            TestRun first = Trace(schedule);
            if (first.Failures.Count > 0) return Failed(first, schedule, $"Schedule {_number + 1}", out _);
            plan.Ended(first);
            Choice[] choices = [.. _decisions.Made];
            TestRun second = Trace(schedule with { Strategy = new ReplayStrategy(choices, isStrict: true) });
            if (_call.IsOver) return Cut(second);
            if (TraceComparison.Difference(first, second) is { } difference) return [difference];
        }

        Report = new ExploreReport(_number, _options.Seed, plan.IsComplete);
        return [];
    }

    private IReadOnlyList<Exception>? TryTokens()
    {
        foreach (string token in _options.Tokens)
        {
            Schedule schedule = ScheduleToken.Parse(token, isStrict: false);
            TestRun run = Make(schedule);
            if (HasGuests(run)) run = Make(schedule);
            if (run.Failures.Count > 0) return Failed(run, schedule, $"The schedule of the token {token}", out _);
            if (_call.IsOver) return Cut(run);
        }

        return null;
    }

    private IReadOnlyList<Exception>? TrySchedules(Func<SchedulePlan> newPlan)
    {
        long start = RealTime.Now;
        SchedulePlan plan = newPlan();
        while (_number < _options.Schedules && !IsLate(start) && plan.TryNext(_number, out Schedule schedule))
        {
            TestRun run = Make(schedule);
            if (HasGuests(run))
            {
                // The order in which its threads came may be another one the next time.
                plan = newPlan();
                _number = 0;
                continue;
            }

            plan.Ended(run);
            _number++;
            if (run.Failures.Count > 0)
            {
                var found = $"Schedule {_number} with seed {_options.Seed}";
                IReadOnlyList<Exception> failures = Failed(run, schedule, found, out bool wasHasty);
                if (!wasHasty) return failures;
                plan = newPlan();
                _number = 0;
            }

            if (_call.IsOver) return Cut(run);
        }

        Report = new ExploreReport(_number, _options.Seed, plan.IsComplete);
        return plan.Complaint is { } complaint ? [complaint] : null;
    }

    private bool IsLate(long start) =>
        _options.Budget != Timeout.InfiniteTimeSpan && RealTime.Since(start) >= _options.Budget;

    private bool HasGuests(TestRun run)
    {
        if (!_isAlone || !run.Scheduler.HasGuests || run.WasCancelled) return false;
        _isAlone = false;
        RuntimeTracing.Begin();
        return true;
    }

    // A run that takes no step does not see that it is cancelled.
    private static IReadOnlyList<Exception> Cut(TestRun run) =>
        run.Failures.Count > 0 ? run.Failures : [new OperationCanceledException(run.CancellationToken)];

    private IReadOnlyList<Exception> Failed(TestRun run, in Schedule schedule, string found, out bool wasHasty)
    {
        wasHasty = false;
        if (_call.IsOver) return run.Failures;
        FailureKind kind = FailureKind.Of(run.Failures[0]);
        Schedule shrunk = new Shrinking(Fails, () => _decisions.Made).Shrink(schedule);
        AsyncTestException report = new ScheduleReport(Trace).Found(shrunk, run.Failures, found);

        // Cut meanwhile, no run was let fail again.
        if (report.Failure is not AsyncTestFailure.Diverged) return [report];
        if (_call.IsOver) return run.Failures;

        // It was no deadlock: a thread of the test's own was on its way. From here on each is waited for.
        wasHasty = kind.Reason is AsyncTestFailure.Deadlock && _options.ExternalGrace == TimeSpan.Zero;
        if (wasHasty) _options = Patient(_options);
        return [report];

        bool Fails(Schedule candidate) =>
            Make(candidate).Failures is [var failure, ..] && FailureKind.Of(failure) == kind;
    }

    // What is reported, replayed or compared is one run, which can wait for what may come from outside.
    private static ExploreOptions Patient(ExploreOptions options) =>
        options.ExternalGrace == TimeSpan.Zero ? options with { ExternalGrace = _grace } : options;

    private TestRun Make(in Schedule schedule) => Make(schedule, RunDetail.None);

    /// <summary>Runs a schedule with its trace.</summary>
    private TestRun Trace(Schedule schedule)
    {
        RuntimeTracing.Begin();
        try
        {
            return Make(schedule, RunDetail.Traced);
        }
        finally
        {
            RuntimeTracing.End();
        }
    }

    private TestRun Make(in Schedule schedule, RunDetail detail)
    {
        schedule.Strategy.Begin(_number);
        _decisions.Begin(schedule);
        bool isAlone = _isAlone && detail is RunDetail.None;
        ExploreOptions options = detail is RunDetail.None ? _options : Patient(_options);
        var run = new TestRun(_body, options, _decisions, isAlone) { Detail = detail };
        _call.Make(run);
        return run;
    }
}
