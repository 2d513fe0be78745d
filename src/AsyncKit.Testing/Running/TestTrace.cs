using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>The last steps of a run.</summary>
[DebuggerDisplay("Count = {Count}")]
internal sealed class TestTrace
{
    public const int MaxKept = 10_000;

    private readonly Lock _sync = new();
    private readonly Queue<(TestStep Step, string Note)> _steps = new();
    private bool _hasJumped;

    /// <summary>How many steps there were, kept or not.</summary>
    public int Count { get; set; }

    /// <summary>The clock has moved on, although a step could run.</summary>
    public void JumpedEarly() => _hasJumped = true;

    /// <summary>Takes a step down, before it runs.</summary>
    /// <param name="at">The virtual time.</param>
    /// <param name="step">The step.</param>
    /// <param name="passedOver">The step whose turn it was; <see langword="null"/>: this one's.</param>
    /// <param name="hasAwaits">Whether to say from which await a method goes on.</param>
    public void Add(TimeSpan at, Step step, Step? passedOver, bool hasAwaits)
    {
        var entry = new TestStep(Count + 1, at, step.Strand.Name, Name(step, hasAwaits));
        string note = _hasJumped ? ", after an early jump of the clock" : "";
        if (passedOver is not null) note += $", before {passedOver.Strand.Name}: {Name(passedOver, hasAwaits)}";
        _hasJumped = false;
        lock (_sync)
        {
            Count++;
            if (_steps.Count == MaxKept) _steps.Dequeue();
            _steps.Enqueue((entry, note));
        }
    }

    public IReadOnlyList<TestStep> Snapshot()
    {
        lock (_sync) return [.. _steps.Select(static entry => entry.Step)];
    }

    /// <summary>The last steps, a line for each.</summary>
    public IReadOnlyList<string> Lines(int count)
    {
        lock (_sync) return [.. _steps.TakeLast(count).Select(static entry => $"{entry.Step}{entry.Note}")];
    }

    private static string Name(Step step, bool hasAwait) =>
        hasAwait && step.TryFindMethod(out Task? method) && PendingMethods.AwaitOf(method) is { } number
            ? $"{step.Name} at await {number}"
            : step.Name;
}
