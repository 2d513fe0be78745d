namespace AsyncKit.Testing;

/// <summary>Whatever can run is next, each step as likely.</summary>
internal sealed class RandomStrategy(ulong seed) : Strategy
{
    private RandomNumbers _random;

    public override void Begin(int number) => _random = RandomNumbers.For(seed, number);

    public override int NextStep(ReadySteps ready, bool mayJump) =>
        mayJump && _random.Jumps() ? ready.Count : _random.Below(ready.Count);

    public override int Choose(int count, double chance) => _random.Choose(count, chance);
}
