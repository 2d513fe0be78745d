namespace AsyncKit.Testing;

/// <summary>What an exploration that found no failure has done.</summary>
/// <param name="Schedules">How many schedules were run.</param>
/// <param name="Seed">Where chance began.</param>
/// <param name="IsComplete">Whether these are all there are: <see cref="ExploreStrategy.Exhaustive"/> without a bound
/// has come to its end.</param>
public sealed record ExploreReport(int Schedules, ulong Seed, bool IsComplete);
