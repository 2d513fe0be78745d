namespace AsyncKit.Testing;

/// <summary>The calls of <see cref="AsyncTest"/> that explore: checks them, and starts them on a pump.</summary>
internal static class Exploration
{
    /// <summary>Explores a test, or replays the token that the environment names.</summary>
    /// <param name="body">Makes its body, which may look at the decisions.</param>
    /// <param name="newPlan">Makes the plan of the schedules.</param>
    /// <param name="options">How to explore; the defaults when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the exploration.</param>
    public static Task<ExploreReport> ExploreAsync(
        Func<Decisions, Func<TestEnv, Task>> body,
        Func<ExploreOptions, SchedulePlan> newPlan,
        ExploreOptions? options,
        CancellationToken cancellationToken)
    {
        options = ExploreVariables.Apply(options ?? new ExploreOptions());
        if (ExploreVariables.Token is { } token) return ReplayAsync(token, body, options, cancellationToken);
        return StartAsync(
            body, options, explorer => explorer.Explore(() => newPlan(options)), cancellationToken);
    }

    public static Task<ExploreReport> ReplayAsync(
        string token,
        Func<Decisions, Func<TestEnv, Task>> body,
        ExploreOptions? options,
        CancellationToken cancellationToken)
    {
        Schedule schedule = ScheduleToken.Parse(token, isStrict: true);
        return StartAsync(
            body, options ?? new ExploreOptions(), explorer => explorer.Replay(schedule), cancellationToken);
    }

    /// <summary>Runs each schedule twice.</summary>
    public static Task<ExploreReport> CompareAsync(
        Func<TestEnv, Task> body, ExploreOptions? options, CancellationToken cancellationToken)
    {
        options = ExploreVariables.Apply(options ?? new ExploreOptions());
        return StartAsync(
            _ => body,
            options,
            explorer => explorer.Compare(options.Strategy.NewPlan(options.Seed, options)),
            cancellationToken);
    }

    private static Task<ExploreReport> StartAsync(
        Func<Decisions, Func<TestEnv, Task>> body,
        ExploreOptions options,
        Func<Explorer, IReadOnlyList<Exception>> work,
        CancellationToken cancellationToken)
    {
        PumpedCall.ThrowIfInside();
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<ExploreReport>(cancellationToken);
        Mechanism.Prepare();
        var decisions = new Decisions();
        var call = new PumpedCall(options, cancellationToken);
        var runs = new ExploredRuns(body(decisions), decisions, call) { Options = options };
        var explorer = new Explorer(runs);
        return ReportAsync(call.StartAsync(_ => Explore(runs, () => work(explorer))), explorer);
    }

    private static IReadOnlyList<Exception> Explore(ExploredRuns runs, Func<IReadOnlyList<Exception>> work)
    {
        PointListener.Subscription.Begin();
        try
        {
            using (runs) return work();
        }
        finally
        {
            PointListener.Subscription.End();
        }
    }

    private static async Task<ExploreReport> ReportAsync(Task ended, Explorer explorer)
    {
        await ended.ConfigureAwait(false);
        return explorer.Report;
    }
}
