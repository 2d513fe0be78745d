using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>The last steps of a run.</summary>
[DebuggerDisplay("Count = {Count}")]
internal sealed class TestTrace
{
    public const int MaxKept = 10_000;

    private readonly Lock _sync = new();
    private readonly Queue<TestStep> _steps = new();

    /// <summary>How many steps there were, kept or not.</summary>
    public int Count { get; private set; }

    public void Add(TimeSpan at, Step step)
    {
        var entry = new TestStep(Count + 1, at, step.Strand.Name, step.Name);
        lock (_sync)
        {
            Count++;
            if (_steps.Count == MaxKept) _steps.Dequeue();
            _steps.Enqueue(entry);
        }
    }

    public IReadOnlyList<TestStep> Snapshot()
    {
        lock (_sync) return [.. _steps];
    }
}
