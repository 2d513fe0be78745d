using System.Diagnostics;

namespace AsyncKit.Diagnostics;

/// <summary>What a <see cref="TaskInspector"/> knew at one moment: tasks as a tree, and who waits for whom.</summary>
/// <remarks>Immutable and thread-safe. It keeps names alone, and no task alive.</remarks>
[DebuggerDisplay("Tasks = {TaskCount}, Waits = {WaitCount}, Cycles = {Cycles.Count}")]
public sealed record TaskSnapshot
{
    internal TaskSnapshot()
    {
    }

    /// <summary>The tasks that are part of no other; the oldest come first. At most
    /// <see cref="TaskInspectorOptions.MaxListed"/>.</summary>
    public required IReadOnlyList<TaskNode> Tasks { get; init; }

    /// <summary>The waits of code that belongs to no task, at most
    /// <see cref="TaskInspectorOptions.MaxListed"/>.</summary>
    public required IReadOnlyList<TaskWait> OtherWaits { get; init; }

    /// <summary>Those who wait for each other: each waits for what the next one holds, and the last for what the first
    /// one holds. One alone waits for itself.</summary>
    /// <remarks>At most <see cref="TaskInspectorOptions.MaxListed"/>. Nobody in a cycle goes on by itself; a time
    /// limit, or a cancellation, may still end it.</remarks>
    public required IReadOnlyList<IReadOnlyList<TaskWait>> Cycles { get; init; }

    /// <summary>How many more tasks that are part of no other, and other waits, there were than are listed.</summary>
    public required int OmittedCount { get; init; }

    /// <summary>How many tasks there were, listed or not.</summary>
    public required int TaskCount { get; init; }

    /// <summary>How many waits there were, listed or not.</summary>
    public required int WaitCount { get; init; }

    /// <summary>How many things were held, listed or not; one that several hold counts for each of them.</summary>
    public required int HoldCount { get; init; }

    /// <summary>The tree as text for a log or a console: a line for each task, its children below it, then the
    /// cycles.</summary>
    /// <returns>Lines that end with <c>\n</c>, but for the last; empty when there is nothing.</returns>
    public string FormatTree() => TreeText.Format(this);

    /// <summary>The tree as JSON, for tools.</summary>
    /// <remarks>The names are those of the properties, in camel case; times are numbers of seconds; an empty list is
    /// left out.</remarks>
    /// <returns>One object, indented.</returns>
    public string FormatJson() => TreeJson.Format(this);
}
