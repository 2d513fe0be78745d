namespace AsyncKit.Testing;

/// <summary>Runs a test under one schedule after the other, until one fails or there are enough.</summary>
internal sealed class Explorer(ExploredRuns runs)
{
    private readonly ExploreOptions _options = runs.Options;

    /// <summary>What was done, when nothing failed.</summary>
    public ExploreReport Report { get; private set; } = new(1, runs.Options.Seed, IsComplete: false);

    /// <summary>On the pump: explores.</summary>
    /// <returns>What failed.</returns>
    public IReadOnlyList<Exception> Explore(Func<SchedulePlan> newPlan)
    {
        IReadOnlyList<Exception> failures;
        RuntimeTracing.Rest();
        do
        {
            runs.Begin();
            failures = TryTokens();
            if (failures is [] && !runs.AreOutdated) failures = TrySchedules(newPlan());
        }
        while (runs.AreOutdated);
        return failures;
    }

    /// <summary>On the pump: runs one schedule.</summary>
    /// <returns>What failed.</returns>
    public IReadOnlyList<Exception> Replay(in Schedule schedule) =>
        new ScheduleReport(schedule => runs.Trace(schedule, number: 0)).Replayed(schedule) is { } failure
            ? [failure]
            : [];

    /// <summary>On the pump: runs each schedule twice, and compares the steps.</summary>
    /// <returns>What failed.</returns>
    public IReadOnlyList<Exception> Compare(SchedulePlan plan)
    {
        long start = RealTime.Now;
        var number = 0;

        // What is shrunk waits as long as what is compared: a deadlock of the one is a deadlock of the other.
        runs.Watch();
        runs.TryBePatient();
        while (number < _options.Schedules && !IsLate(start) && plan.TryNext(number, out Schedule schedule))
        {
            TestRun first = runs.Trace(schedule, number);
            if (first.Failures.Count > 0) return Failed(first, schedule, number, $"Schedule {number + 1}");
            plan.Ended(first);
            var again = new ReplayStrategy(runs.Made.ToArray(), isStrict: true);
            TestRun second = runs.Trace(schedule with { Strategy = again }, number);
            if (runs.AreOver) return Cut(second);
            if (TraceComparison.Difference(first, second) is { } difference) return [difference];
            number++;
        }

        Report = new ExploreReport(number, _options.Seed, plan.IsComplete);
        return [];
    }

    private IReadOnlyList<Exception> TryTokens()
    {
        foreach (string token in _options.Tokens)
        {
            Schedule schedule = ScheduleToken.Parse(token, isStrict: false);
            TestRun run = runs.Make(schedule, number: 0);
            if (runs.AreOver) return Cut(run);
            runs.LookForGuests(run, isDecisive: true);
            if (runs.AreOutdated) return [];
            if (run.Failures.Count > 0) return Failed(run, schedule, 0, $"The schedule of the token {token}");
        }

        return [];
    }

    private IReadOnlyList<Exception> TrySchedules(SchedulePlan plan)
    {
        long start = RealTime.Now;
        var number = 0;
        TestRun? run = null;
        while (number < _options.Schedules && !IsLate(start) && plan.TryNext(number, out Schedule schedule))
        {
            run = runs.Make(schedule, number);
            if (runs.AreOver) return Cut(run);
            runs.LookForGuests(run, isDecisive: run.Failures.Count > 0);
            if (runs.AreOutdated) return [];
            plan.Ended(run);
            number++;
            if (run.Failures.Count > 0)
                return Failed(run, schedule, number, $"Schedule {number} with seed {_options.Seed}");
        }

        if (run is not null) runs.LookForGuests(run, isDecisive: true);
        Report = new ExploreReport(number, _options.Seed, plan.IsComplete);
        return plan.Complaint is { } complaint ? [complaint] : [];
    }

    private bool IsLate(long start) =>
        _options.Budget != Timeout.InfiniteTimeSpan && RealTime.Since(start) >= _options.Budget;

    // A run that takes no step does not see that it is cancelled.
    private static IReadOnlyList<Exception> Cut(TestRun run) =>
        run.Failures.Count > 0 ? run.Failures : [new OperationCanceledException(run.CancellationToken)];

    private IReadOnlyList<Exception> Failed(TestRun run, in Schedule schedule, int number, string found)
    {
        if (runs.AreOver) return run.Failures;
        FailureKind kind = FailureKind.Of(run.Failures[0]);
        Schedule shrunk = new Shrinking(Fails, () => runs.Made).Shrink(schedule);
        AsyncTestException report =
            new ScheduleReport(schedule => runs.Trace(schedule, number)).Found(shrunk, run.Failures, found);
        if (report.Failure is not AsyncTestFailure.Diverged) return [report];

        // Cut meanwhile, no run was let fail again.
        if (runs.AreOver) return run.Failures;
        return kind.Reason is AsyncTestFailure.Deadlock && runs.TryBePatient() ? [] : [report];

        bool Fails(Schedule candidate) =>
            runs.Make(candidate, number).Failures is [var failure, ..] && FailureKind.Of(failure) == kind;
    }
}
