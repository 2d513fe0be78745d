using System.Runtime.CompilerServices;
using AsyncKit.Concurrency;
using AsyncKit.Errors;
using AsyncKit.Testing;
using AsyncKit.Timing;

namespace AsyncKit.Tests.Contracts.Outcomes;

/// <summary>A block that runs the work of a situation.</summary>
/// <param name="Name">What the row of the table says.</param>
/// <param name="Run">Runs it; the result need not be awaited.</param>
/// <param name="Knows">Whether the block knows such a situation.</param>
internal sealed record Block(
    string Name, Func<Situation, TestEnv, CancellationTokenSource, Task> Run, Func<Situation, bool> Knows)
{
    public static Block[] All { get; } =
    [
        new("`Timeouts.RunAsync`", (situation, env, caller) => Timeouts.RunAsync(
            FirstOf(situation, env), LimitOf(situation, env), caller.Token), IsOfOne),
        new("`Timeouts.TryRunAsync`", (situation, env, caller) => Timeouts.TryRunAsync(
            FirstOf(situation, env), LimitOf(situation, env), caller.Token).AsTask(), IsOfOne),
        new("`BoundedRunner.ForEachAsync`", (situation, env, caller) =>
            Runner(situation, env).ForEachAsync(SourceAsync(situation, env), BodyIn(env), caller.Token), Any),
        new("… with `CollectAll`", (situation, env, caller) =>
            Runner(situation, env, ErrorPolicy.CollectAll)
                .ForEachAsync(SourceAsync(situation, env), BodyIn(env), caller.Token), Any),
        new("`BoundedRunner.StreamAsync`", (situation, env, caller) =>
            ConsumeAsync(Runner(situation, env).StreamAsync(
                SourceAsync(situation, env), ResultIn(env), caller.Token), static _ => null), Any),
        new("`BoundedRunner.SettleAsync`", (situation, env, caller) =>
            ConsumeAsync(Runner(situation, env).SettleAsync(
                SourceAsync(situation, env), ResultIn(env), caller.Token), static one => one.Outcome), Any),
        new("`TaskGroup`", (situation, env, caller) =>
            GroupAsync(situation, env, TaskGroupPolicy.FailFast, caller.Token), Any),
        new("… with `CollectAll`", (situation, env, caller) =>
            GroupAsync(situation, env, TaskGroupPolicy.CollectAll, caller.Token), Any),
        new("… with `Supervise`", (situation, env, caller) =>
            GroupAsync(situation, env, TaskGroupPolicy.Supervise, caller.Token), Any),
        new("`TaskRace`", (situation, env, caller) => TaskRace.FirstSuccessAsync(
            situation.Children.Select(child => WithValue(child, env)), null, caller.Token), HasNoLimit),
        new("`WhenAllOrCancelAsync`", (situation, env, caller) => TaskCombinators.WhenAllOrCancelAsync(
            situation.Children.Select(child => WithValue(child, env)(caller.Token).AsTask()), caller), HasNoLimit),
        new("`SingleFlight`", (situation, env, caller) => new SingleFlight<int, bool>().RunAsync(
            1, WithValue(situation.Children[0], env), caller.Token), IsOfOneWithoutLimit),
        new("`WorkQueue.RunWorkersAsync`", (situation, env, caller) => QueueOf(situation).RunWorkersAsync(
            8, BodyIn(env), caller.Token), HasNoLimit),
    ];

    private static bool Any(Situation situation) => true;

    private static bool IsOfOne(Situation situation) => situation.Body is null && !situation.NeedsTwo;

    private static bool HasNoLimit(Situation situation) => situation.Body is null && !situation.HasLimit;

    private static bool IsOfOneWithoutLimit(Situation situation) => IsOfOne(situation) && HasNoLimit(situation);

    private static Deadline LimitOf(Situation situation, TestEnv env) => Deadline.After(situation.Limit, env.Time);

    private static BoundedRunner Runner(
        Situation situation, TestEnv env, ErrorPolicy policy = ErrorPolicy.StopOnFirst) => new(
        new BoundedRunnerOptions
        {
            MaxConcurrency = 8,
            OnError = policy,
            ItemTimeout = situation.Limit,
            TimeProvider = env.Time,
        });

    private static async IAsyncEnumerable<Func<TestEnv, CancellationToken, ValueTask>> SourceAsync(
        Situation situation, TestEnv env, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (Func<TestEnv, CancellationToken, ValueTask> child in situation.Children) yield return child;
        if (situation.Body is not null) await situation.Body(env, cancellationToken);
    }

    private static Func<CancellationToken, ValueTask> FirstOf(Situation situation, TestEnv env) =>
        token => situation.Children[0](env, token);

    private static Func<Func<TestEnv, CancellationToken, ValueTask>, CancellationToken, ValueTask> BodyIn(
        TestEnv env) => (child, token) => child(env, token);

    private static Func<Func<TestEnv, CancellationToken, ValueTask>, CancellationToken, ValueTask<bool>> ResultIn(
        TestEnv env) => (child, token) => WithValue(child, env)(token);

    private static Func<CancellationToken, ValueTask<bool>> WithValue(
        Func<TestEnv, CancellationToken, ValueTask> child, TestEnv env) => async token =>
        {
            await child(env, token);
            return true;
        };

    private static WorkQueue<Func<TestEnv, CancellationToken, ValueTask>> QueueOf(Situation situation)
    {
        var queue = new WorkQueue<Func<TestEnv, CancellationToken, ValueTask>>();
        Assert.All(situation.Children, child => Assert.True(queue.TryEnqueue(child)));
        queue.Complete();
        return queue;
    }

    // As a loop sees it: outcomes, and then what is thrown.
    private static async Task<Streamed> ConsumeAsync<T>(
        IAsyncEnumerable<T> stream, Func<T, Settled<bool>?> outcomeOf)
    {
        var outcomes = new List<Settled<bool>>();
        try
        {
            await foreach (T one in stream)
            {
                if (outcomeOf(one) is { } outcome) outcomes.Add(outcome);
            }

            return new Streamed(outcomes, Thrown: null);
        }
        catch (Exception e)
        {
            return new Streamed(outcomes, e);
        }
    }

    private static Task GroupAsync(
        Situation situation, TestEnv env, TaskGroupPolicy policy, CancellationToken cancellationToken) =>
        TaskGroup.RunAsync(
            async group =>
            {
                foreach (var child in situation.Children) _ = group.Run(token => child(env, token));
                if (situation.Body is not null) await situation.Body(env, group.CancellationToken);
            },
            new TaskGroupOptions
            {
                Policy = policy,
                Timeout = situation.Limit,
                TimeProvider = env.Time,
                OnChildFault = policy is TaskGroupPolicy.Supervise ? static (_, _) => { } : null,
            },
            cancellationToken);
}
