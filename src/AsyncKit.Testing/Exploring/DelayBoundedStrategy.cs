namespace AsyncKit.Testing;

/// <summary>What was ready first is next, but for a few times, at which it has to wait for one other.</summary>
/// <remarks>After Emmi, Qadeer and Rakamarić, "Delay-bounded scheduling", 2011.</remarks>
/// <param name="seed">Where the random numbers begin.</param>
/// <param name="delays">How often in a run.</param>
internal sealed class DelayBoundedStrategy(ulong seed, int delays) : Strategy
{
    private const int FirstGuess = 8;

    private readonly int[] _delays = new int[delays];
    private RandomNumbers _random;
    private int _longest = FirstGuess;
    private int _decisions;

    public override void Begin(int number)
    {
        _random = RandomNumbers.For(seed, number);
        _longest = Math.Max(_longest, _decisions);
        _decisions = 0;
        for (var i = 0; i < _delays.Length; i++) _delays[i] = 1 + _random.Below(_longest);
    }

    public override int NextStep(ReadySteps ready, bool mayJump)
    {
        _decisions++;
        var skipped = 0;
        foreach (int delay in _delays)
        {
            if (delay == _decisions) skipped++;
        }

        // The clock is the last that waits.
        return skipped % (mayJump ? ready.Count + 1 : ready.Count);
    }

    public override int Choose(int count, double chance) => _random.Choose(count, chance);
}
