using System.Diagnostics;

namespace AsyncKit.Diagnostics;

/// <summary>A task as it was at one moment: a group or a child of it, a run or an item of it.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
[DebuggerDisplay("{Name,nq}: {State}, Children = {Children.Count}")]
public sealed record TaskNode
{
    internal TaskNode()
    {
    }

    /// <summary>Its name, such as <c>TaskGroup "dashboard"</c>, or <c>prices of TaskGroup "dashboard"</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it does, as far as is known.</summary>
    public required TaskNodeState State { get; init; }

    /// <summary>How long ago it began.</summary>
    public required TimeSpan Age { get; init; }

    /// <summary>What it waits for: nothing, or one wait, or several that go on at a time. The oldest come
    /// first.</summary>
    public required IReadOnlyList<TaskWait> WaitsFor { get; init; }

    /// <summary>What it holds; the oldest come first.</summary>
    public required IReadOnlyList<TaskHold> Holds { get; init; }

    /// <summary>The tasks that are parts of it; the oldest come first.</summary>
    public required IReadOnlyList<TaskNode> Children { get; init; }

    /// <summary>How many more children, waits and holds it has than are listed.</summary>
    public required int OmittedCount { get; init; }
}
