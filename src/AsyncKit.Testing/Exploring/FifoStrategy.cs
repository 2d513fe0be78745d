namespace AsyncKit.Testing;

/// <summary>What was ready first is next, as in a run without exploration.</summary>
/// <param name="seed">Where the choices that the test makes itself begin; <see langword="null"/>: they take the first
/// way too.</param>
internal sealed class FifoStrategy(ulong? seed = null) : Strategy
{
    private RandomNumbers? _random;

    public override void Begin(int number) =>
        _random = seed is { } start && number > 0 ? RandomNumbers.For(start, number) : null;

    public override int NextStep(ReadySteps ready, bool mayJump) => 0;

    public override int Choose(int count, double chance)
    {
        if (_random is not { } random) return 0;
        int chosen = random.Choose(count, chance);
        _random = random;
        return chosen;
    }
}
