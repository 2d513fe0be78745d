namespace AsyncKit.Testing;

/// <summary>Puts a schedule that fails into words: runs it once more, with its trace.</summary>
internal sealed class ScheduleReport(Func<Schedule, TestRun> trace)
{
    /// <summary>The failure of a schedule that an exploration has found.</summary>
    /// <param name="shrunk">The schedule, shrunk.</param>
    /// <param name="failures">How it failed before it was shrunk.</param>
    /// <param name="found">Which of how many schedules it was, and how it was come to.</param>
    public AsyncTestException Found(in Schedule shrunk, IReadOnlyList<Exception> failures, string found)
    {
        TestRun run = trace(shrunk);
        if (run.Failures.Count > 0 && FailureKind.Of(run.Failures[0]).IsLike(FailureKind.Of(failures[0])))
        {
            bool isSame = string.Equals(run.Failures[0].Message, failures[0].Message, StringComparison.Ordinal);
            return Failure(run, shrunk, found, isSame ? null : failures[0]);
        }

        string reason = run.Failures is [DivergedException diverged, ..] ? $": {diverged.Message}" : ".";

        // No schedule decides how long a run takes: to come to an end when it is run again is no contradiction.
        bool tookTooLong = FailureKind.Of(failures[0]).Reason is AsyncTestFailure.RealTimeout;
        string cause = tookTooLong
            ? "The machine may have been too busy for the limit of real time."
            : """
            Something in the test is not under control, such as statics, real time or random numbers;
            AsyncTest.CheckDeterminismAsync finds the first step that differs.
            """;
        return new AsyncTestException(
            tookTooLong ? AsyncTestFailure.RealTimeout : AsyncTestFailure.Diverged,
            $"""
            {found} failed once, but not when it was run again{reason}
            {cause} The failure was:
            {failures[0].Message}
            """,
            failures[0])
        {
            Token = Token(shrunk),
        };
    }

    /// <summary>The failure of a schedule that was given as a token.</summary>
    /// <returns><see langword="null"/>: it does not fail.</returns>
    public AsyncTestException? Replayed(in Schedule schedule)
    {
        TestRun run = trace(schedule);
        var replay = (ReplayStrategy)schedule.Strategy;
        string? diverged = run.Failures is [DivergedException e, ..] ? e.Message
            : run.Failures.Count > 0 ? null
            : replay.Taken < replay.Choices.Length
                ? $"it ended after {replay.Taken} of {replay.Choices.Length} choices."
            : Missing(run, schedule);
        if (diverged is null) return run.Failures.Count is 0 ? null : Failure(run, schedule, "The replayed schedule");
        return new AsyncTestException(
            AsyncTestFailure.Diverged,
            $"""
            The replay diverged at step {run.Trace.Count + 1}: {diverged}
            The token is of another test, or the test or what it tests has changed since.
            {run.Report.Describe()}
            """)
        {
            Token = Token(schedule),
        };
    }

    private static string Token(in Schedule schedule) =>
        ScheduleToken.Format(schedule, ((ReplayStrategy)schedule.Strategy).Choices);

    // What the schedule does to the test, and did not.
    private static string? Missing(TestRun run, in Schedule schedule)
    {
        Decisions decisions = run.Scheduler.Decisions!;
        return schedule.CancelAt > 0 && decisions.CancelledBefore is null
                ? "it was not cancelled: a token of CancelEverywhereAsync is for a body that takes a CancellationToken."
            : schedule.FaultAt > 0 && decisions.Injected is null
                ? $"it did not come to its fault {schedule.FaultAt}, but to {decisions.Faults}."
            : null;
    }

    private static string Intervention(TestRun run)
    {
        Decisions decisions = run.Scheduler.Decisions!;
        string text = decisions.CancelledBefore switch
        {
            null => "",
            0 => "It was cancelled before it began.\n",
            { } step => $"It was cancelled before step {step}.\n",
        };
        if (decisions.Injected is { } fault) text += $"The fault was thrown: {fault.Message}\n";
        return decisions.Mishaps is [] ? text : $"{text}By choice: {string.Join("; ", decisions.Mishaps)}.\n";
    }

    private static string Choices(in Schedule schedule)
    {
        ReadOnlySpan<Choice> choices = ((ReplayStrategy)schedule.Strategy).Choices;
        var unusual = 0;
        foreach (Choice choice in choices)
        {
            if (choice.Chosen > 0) unusual++;
        }

        return $"The schedule takes {choices.Length} choices, {unusual} of them unusual.";
    }

    private static string Messages(IReadOnlyList<Exception> failures) => string.Join(
        "\nAnd also:\n", failures.Select(static failure => failure.Message));

    private static AsyncTestException Failure(
        TestRun run, in Schedule schedule, string found, Exception? unshrunk = null)
    {
        Exception failure = run.Failures[0];
        string token = Token(schedule);
        var reason = (failure as AsyncTestException)?.Failure ?? AsyncTestFailure.Thrown;
        return new AsyncTestException(
            reason,
            $"""
            {found} fails:
            {Messages(run.Failures)}
            {(unshrunk is null ? "" : $"Before it was shrunk:\n{unshrunk.Message}\n")}
            {Intervention(run)}{Choices(schedule)}
            Run it again with AsyncTest.ReplayAsync("{token}", ...), or with ASYNCKIT_REPLAY={token}
            {run.Description}
            """,
            failure)
        {
            Token = token,
        };
    }
}
