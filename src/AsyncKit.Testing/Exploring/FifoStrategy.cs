namespace AsyncKit.Testing;

/// <summary>What was ready first is next, as in a run without exploration.</summary>
internal sealed class FifoStrategy : Strategy
{
    public override int NextStep(ReadySteps ready, bool mayJump) => 0;

    public override int Choose(int count, double chance) => 0;
}
