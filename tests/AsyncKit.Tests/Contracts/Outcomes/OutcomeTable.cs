using AsyncKit.Errors;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Contracts.Outcomes;

/// <summary>What callers see of each block in each situation, from real runs on virtual time.</summary>
internal static class OutcomeTable
{
    public static async Task<string[]> MakeAsync()
    {
        var lines = new List<string>
        {
            $"| | {string.Join(" | ", Situation.All.Select(situation => situation.Title))} |",
            $"|{string.Concat(Enumerable.Repeat("---|", Situation.All.Length + 1))}",
        };
        foreach (Block block in Block.All)
        {
            var cells = new List<string>();
            foreach (Situation situation in Situation.All)
            {
                cells.Add(block.Knows(situation)
                    ? await AsyncTest.RunAsync(env => SeeAsync(block, situation, env))
                    : "–");
            }

            lines.Add($"| {block.Name} | {string.Join(" | ", cells)} |");
        }

        return [.. lines];
    }

    private static async Task<string> SeeAsync(Block block, Situation situation, TestEnv env)
    {
        using var caller = new CancellationTokenSource();
        Task run = block.Run(situation, env, caller);
        if (situation.CallerCancels)
        {
            await env.DelayAsync(TimeSpan.FromSeconds(1));
            await caller.CancelAsync();
        }

        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Describe(run, caller.Token);
    }

    private static string Describe(Task run, CancellationToken callerToken) => run switch
    {
        { Exception.InnerExceptions: [CollectedFaultsException faults] } =>
            $"collects {string.Join(", ", faults.InnerExceptions.Select(Name))}",
        { Exception.InnerExceptions: var faults } => $"faults: {string.Join(", ", faults.Select(Name))}",
        { IsCanceled: true } => Describe(Settled.FromTask(run).Exception!, callerToken),
        Task<Settled> { Result: var outcome } => $"gives {Describe(outcome.IsCanceled, outcome.Exception)}",
        Task<Streamed> { Result: var streamed } => string.Join(", then ", Describe(streamed, callerToken)),
        _ => "succeeds",
    };

    private static IEnumerable<string> Describe(Streamed streamed, CancellationToken callerToken)
    {
        IEnumerable<string> outcomes = streamed.Outcomes.Select(one => Describe(one.IsCanceled, one.Exception));
        if (streamed.Outcomes.Count > 0) yield return $"gives {string.Join(", ", outcomes)}";
        if (streamed.Thrown is not null) yield return Describe(streamed.Thrown, callerToken);
    }

    private static string Describe(bool isCanceled, Exception? exception) =>
        exception is null ? "a value" : isCanceled ? "its cancellation" : $"the fault {Name(exception)}";

    private static string Describe(Exception thrown, CancellationToken callerToken) =>
        thrown is OperationCanceledException cancelled && cancelled.CancellationToken == callerToken
            ? "cancelled"
            : $"throws {Name(thrown)}";

    private static string Name(Exception fault) => fault switch
    {
        TimeoutException => "`TimeoutException`",
        OperationCanceledException => "the OCE",
        _ => fault.Message,
    };
}
