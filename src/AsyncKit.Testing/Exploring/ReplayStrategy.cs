namespace AsyncKit.Testing;

/// <summary>Takes decisions that were taken before.</summary>
/// <param name="choices">The decisions; after them, the first way is taken.</param>
/// <param name="isStrict">Whether a run that comes to other choices is an error; if not, it goes as near as it
/// can.</param>
internal sealed class ReplayStrategy(Choice[] choices, bool isStrict) : Strategy
{
    /// <summary>How many of the decisions were taken.</summary>
    public int Taken { get; private set; }

    /// <summary>The decisions.</summary>
    public ReadOnlySpan<Choice> Choices => choices;

    public override void Begin(int number) => Taken = 0;

    public override int NextStep(ReadySteps ready, bool mayJump) => Next(mayJump ? ready.Count + 1 : ready.Count);

    public override int Choose(int count, double chance) => Next(count);

    private int Next(int count)
    {
        if (Taken == choices.Length) return 0;
        Choice choice = choices[Taken++];
        if (isStrict && choice.Count != count)
        {
            throw new DivergedException(
                $"choice {Taken} of {choices.Length} is between {count} ways, and was between {choice.Count}.");
        }

        return choice.Chosen < count ? choice.Chosen : 0;
    }
}
