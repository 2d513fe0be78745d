using AsyncKit.Testing;

namespace AsyncKit.Tests.Contracts.Outcomes;

/// <summary>What happens to the work of a block: the same for all of them.</summary>
/// <param name="Title">What the column of the table says.</param>
/// <param name="Children">The pieces of work.</param>
internal sealed record Situation(string Title, params Func<TestEnv, CancellationToken, ValueTask>[] Children)
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    public static Situation[] All { get; } =
    [
        new("a child faults", Faults("A", at: 1), WaitsAsync),
        new("two children fault", Faults("A", at: 1), FaultsWhenCancelled("B", at: 2)) { NeedsTwo = true },
        new("the caller cancels", WaitsAsync, WaitsAsync) { CallerCancels = true },
        new("its own limit passes", WaitsAsync, WaitsAsync) { HasLimit = true },
        new("a fault and a cancellation", FaultsWhenCancelled("A", at: 9), WaitsAsync) { CallerCancels = true },
        new("the body faults", WaitsAsync, WaitsAsync) { Body = Faults("body", at: 1) },
        new("an OCE nobody asked for", CancelsItselfAsync, WaitsAsync),
    ];

    /// <summary>What the body of a group does besides, or the source of a run.</summary>
    public Func<TestEnv, CancellationToken, ValueTask>? Body { get; init; }

    /// <summary>Whether one piece of work alone does not come into it.</summary>
    public bool NeedsTwo { get; init; }

    /// <summary>Whether the caller cancels after a second.</summary>
    public bool CallerCancels { get; init; }

    /// <summary>Whether the block has a limit of a second.</summary>
    public bool HasLimit { get; init; }

    public TimeSpan Limit => HasLimit ? _second : Timeout.InfiniteTimeSpan;

    private static Func<TestEnv, CancellationToken, ValueTask> Faults(string fault, int at) => async (env, token) =>
    {
        await env.DelayAsync(at * _second, token);
        throw new IOException(fault);
    };

    private static Func<TestEnv, CancellationToken, ValueTask> FaultsWhenCancelled(string fault, int at) =>
        async (env, token) =>
        {
            await env.DelayAsync(at * _second, token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new IOException(fault);
        };

    // Long, and not for ever: some blocks wait for the others when one has faulted.
    private static async ValueTask WaitsAsync(TestEnv env, CancellationToken token) =>
        await env.DelayAsync(60 * _second, token);

    private static ValueTask CancelsItselfAsync(TestEnv env, CancellationToken token) =>
        throw new OperationCanceledException("foreign");
}
