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

    public Step this[int index] => _steps[(_head + index) & (_steps.Length - 1)]!;

    public Step TakeFirst()
    {
        Step step = _steps[_head]!;
        _steps[_head] = null;
        _head = (_head + 1) & (_steps.Length - 1);
        Count--;
        return step;
    }

    /// <summary>Takes a step out; the others keep their order.</summary>
    public Step TakeAt(int index)
    {
        int mask = _steps.Length - 1;
        Step step = this[index];
        for (int i = index; i > 0; i--) _steps[(_head + i) & mask] = _steps[(_head + i - 1) & mask];
        TakeFirst();
        return step;
    }

    /// <summary>Takes out the first that is the turn of a thread.</summary>
    public ThreadStep? TakeThread()
    {
        for (var i = 0; i < Count; i++)
        {
            if (this[i] is ThreadStep) return (ThreadStep)TakeAt(i);
        }

        return null;
    }

    public IEnumerable<Step> Snapshot()
    {
        var steps = new Step[Count];
        for (var i = 0; i < Count; i++) steps[i] = this[i];
        return steps;
    }

    private void Grow()
    {
        var larger = new Step?[_steps.Length * 2];
        for (var i = 0; i < Count; i++) larger[i] = this[i];
        _steps = larger;
        _head = 0;
    }
}
