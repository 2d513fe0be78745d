using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>How <see cref="AsyncTest.ExploreAsync"/> chooses its schedules.</summary>
/// <remarks>Immutable.</remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class ExploreStrategy
{
    private const int MostPoints = 100;

    private readonly string _name;
    private readonly Func<ulong, ExploreOptions, SchedulePlan> _plan;

    private ExploreStrategy(string name, Func<ulong, ExploreOptions, SchedulePlan> plan)
    {
        _name = name;
        _plan = plan;
    }

    /// <summary>All the others but <see cref="Exhaustive"/>, by turns: each finds bugs that another one misses. The
    /// default.</summary>
    public static ExploreStrategy Portfolio { get; } =
        new("portfolio", static (seed, options) => new PortfolioPlan(seed, options));

    /// <summary>The order of <see cref="AsyncTest.RunAsync(Func{TestEnv, Task}, AsyncTestOptions?,
    /// CancellationToken)"/>, what was ready first is next; only the choices of the test itself go by chance.</summary>
    public static ExploreStrategy Fifo { get; } =
        new("FIFO", static (seed, options) => new RepeatedPlan(new FifoStrategy(seed), options));

    /// <summary>Whatever can run is next, each step as likely.</summary>
    public static ExploreStrategy Random { get; } =
        new("random", static (seed, options) => new RepeatedPlan(new RandomStrategy(seed), options));

    /// <summary>
    /// Priorities by chance, with few changes: probabilistic concurrency testing (Burckhardt and others, 2010). Good
    /// where one strand has to be much faster or slower than the others.
    /// </summary>
    /// <param name="depth">How many orderings the bug takes, from 1 to 100.</param>
    /// <returns>The strategy.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="depth"/> is out of range.</exception>
    public static ExploreStrategy Pct(int depth = 3)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(depth, MostPoints);
        return new($"PCT({depth})", (seed, options) => new RepeatedPlan(new PctStrategy(seed, depth), options));
    }

    /// <summary>What was ready first is next, but for a few delays: delay-bounded scheduling (Emmi and others,
    /// 2011).</summary>
    /// <param name="delays">How often in a schedule a step has to wait for another, from 1 to 100.</param>
    /// <returns>The strategy.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delays"/> is out of range.</exception>
    public static ExploreStrategy DelayBounded(int delays = 2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delays, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(delays, MostPoints);
        return new(
            $"delay-bounded({delays})",
            (seed, options) => new RepeatedPlan(new DelayBoundedStrategy(seed, delays), options));
    }

    /// <summary>
    /// Every schedule there is, for small tests: their number grows with the factorial of the steps. With
    /// <see cref="ExploreReport.IsComplete"/>, that all of them pass is a proof. A timer that comes again and again and
    /// may fire early has no end of schedules: set <see cref="ExploreOptions.EarlyTimers"/> to
    /// <see langword="false"/>.
    /// </summary>
    /// <param name="maxPreemptions">How often another may run although what ran could go on, zero or more: most bugs
    /// take one or two. <see langword="null"/>: as often as can be.</param>
    /// <returns>The strategy.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxPreemptions"/> is negative.</exception>
    public static ExploreStrategy Exhaustive(int? maxPreemptions = null)
    {
        if (maxPreemptions is { } most) ArgumentOutOfRangeException.ThrowIfNegative(most, nameof(maxPreemptions));
        return new(
            maxPreemptions is null ? "exhaustive" : $"exhaustive({maxPreemptions})",
            (_, options) => new ExhaustivePlan(maxPreemptions, options));
    }

    /// <summary>The name of the strategy.</summary>
    /// <returns>For example <c>PCT(3)</c>.</returns>
    public override string ToString() => _name;

    internal SchedulePlan NewPlan(ulong seed, ExploreOptions options) => _plan(seed, options);
}
