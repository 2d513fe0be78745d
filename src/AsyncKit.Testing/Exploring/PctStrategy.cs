namespace AsyncKit.Testing;

/// <summary>
/// Gives whatever goes on a priority by chance, lets the highest run, and lowers it at a few points: finds a bug that
/// takes a few orderings with a known probability.
/// </summary>
/// <remarks>Probabilistic concurrency testing: Burckhardt, Kothari, Musuvathi and Nagarakatte, "A randomized scheduler
/// with probabilistic guarantees of finding bugs", 2010. The priorities are those of <see cref="Flows"/>.</remarks>
/// <param name="seed">Where the random numbers begin.</param>
/// <param name="depth">How many orderings the bug takes: there is one change of priorities less.</param>
internal sealed class PctStrategy(ulong seed, int depth) : Strategy
{
    private const int FirstGuess = 8;

    // A loop that waits for others by yielding would, with the highest priority, keep them from running for ever.
    private const int FairAfter = 2_000;

    private readonly Flows _flows = new();
    private readonly Dictionary<long, long> _priorities = [];
    private readonly int[] _changes = new int[depth - 1];
    private RandomNumbers _random;
    private int _longest = FirstGuess;
    private int _decisions;
    private long _lowest;

    public override void Begin(int number)
    {
        _random = RandomNumbers.For(seed, number);
        _longest = Math.Max(_longest, Math.Min(_decisions, FairAfter));
        _decisions = 0;
        _lowest = 0;
        _flows.Begin();
        _priorities.Clear();
        for (var i = 0; i < _changes.Length; i++) _changes[i] = 1 + _random.Below(_longest);
    }

    public override int NextStep(ReadySteps ready, bool mayJump)
    {
        _flows.Look(ready);
        if (mayJump && _random.Jumps()) return ready.Count;
        int next = ++_decisions > FairAfter ? _random.Below(ready.Count) : Highest(ready);
        if (_changes.Contains(_decisions))
        {
            _priorities[_flows[ready[next]]] = --_lowest;
            next = Highest(ready);
        }

        _flows.Take(ready[next]);
        return next;
    }

    public override void OnlyStep(ReadySteps ready)
    {
        _flows.Look(ready);
        _flows.Take(ready[0]);
    }

    public override int Choose(int count, double chance) => _random.Choose(count, chance);

    private int Highest(ReadySteps ready)
    {
        var highest = 0;
        var priority = long.MinValue;
        for (var i = 0; i < ready.Count; i++)
        {
            long flow = _flows[ready[i]];
            if (!_priorities.TryGetValue(flow, out long its))
                _priorities[flow] = its = 1 + (long)(_random.Next() >> 1);
            if (its <= priority) continue;
            highest = i;
            priority = its;
        }

        return highest;
    }
}
