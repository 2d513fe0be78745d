using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>The steps that can run now, in the order in which they became ready.</summary>
[DebuggerDisplay("Count = {Count}")]
internal sealed class ReadySteps
{
    private Step?[] _steps = new Step?[16];
    private int _head;

    public int Count { get; private set; }

    public void Add(Step step)
    {
        if (Count == _steps.Length) Grow();
        _steps[(_head + Count++) & (_steps.Length - 1)] = step;
    }

    public Step TakeFirst()
    {
        Step step = _steps[_head]!;
        _steps[_head] = null;
        _head = (_head + 1) & (_steps.Length - 1);
        Count--;
        return step;
    }

    public IEnumerable<Step> Snapshot()
    {
        var steps = new Step[Count];
        for (var i = 0; i < Count; i++) steps[i] = _steps[(_head + i) & (_steps.Length - 1)]!;
        return steps;
    }

    private void Grow()
    {
        var larger = new Step?[_steps.Length * 2];
        for (var i = 0; i < Count; i++) larger[i] = _steps[(_head + i) & (_steps.Length - 1)];
        _steps = larger;
        _head = 0;
    }
}
