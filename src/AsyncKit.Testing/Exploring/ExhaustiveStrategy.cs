using System.Runtime.InteropServices;

namespace AsyncKit.Testing;

/// <summary>Takes every way there is, one after the other: a search in depth that runs the test anew for
/// each.</summary>
/// <remarks>With a bound: Musuvathi and Qadeer, "Iterative context bounding for systematic testing of multithreaded
/// programs", 2007.</remarks>
/// <param name="maxPreemptions">How often another may run although the one that ran could go on;
/// <see langword="null"/>: as often as can be.</param>
internal sealed class ExhaustiveStrategy(int? maxPreemptions) : Strategy
{
    private readonly List<Fork> _path = [];
    private readonly Flows _flows = new();
    private int _depth;
    private int _preemptions;

    /// <summary>Goes on to the next way.</summary>
    /// <returns>Whether there is one.</returns>
    public bool Advance()
    {
        while (_path.Count > 0)
        {
            Fork last = _path[^1];
            if (last.Rank + 1 < last.Count)
            {
                _path[^1] = last with { Rank = last.Rank + 1 };
                return true;
            }

            _path.RemoveAt(_path.Count - 1);
        }

        return false;
    }

    public override void Begin(int number)
    {
        _depth = 0;
        _preemptions = 0;
        _flows.Begin();
    }

    public override int NextStep(ReadySteps ready, bool mayJump)
    {
        int count = mayJump ? ready.Count + 1 : ready.Count;
        if (maxPreemptions is null) return Next(count);
        _flows.Look(ready);
        int going = IndexOf(_flows.Last, ready);
        bool mustGoOn = going >= 0 && _preemptions == maxPreemptions;
        int next = Preferring(going, Next(mustGoOn ? 1 : count));
        if (going >= 0 && next != going) _preemptions++;
        if (next < ready.Count) _flows.Take(ready[next]);
        return next;
    }

    public override void OnlyStep(ReadySteps ready)
    {
        if (maxPreemptions is null) return;
        _flows.Look(ready);
        _flows.Take(ready[0]);
    }

    public override int Choose(int count, double chance) => Next(count);

    // What could go on comes first, and the others in their order.
    private static int Preferring(int first, int rank) => first < 0 || rank > first ? rank
        : rank is 0 ? first
        : rank - 1;

    private int IndexOf(long flow, ReadySteps ready)
    {
        for (var i = 0; i < ready.Count; i++)
        {
            if (_flows[ready[i]] == flow) return i;
        }

        return -1;
    }

    private int Next(int count)
    {
        if (_depth == _path.Count) _path.Add(new Fork(count, 0));
        Fork fork = _path[_depth++];
        if (fork.Count != count)
        {
            throw new DivergedException(
                $"choice {_depth} is between {count} ways, and was between {fork.Count} before the same choices.");
        }

        return fork.Rank;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Fork(int Count, int Rank);
}
