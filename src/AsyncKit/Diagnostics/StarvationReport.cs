namespace AsyncKit.Diagnostics;

/// <summary>A starvation of the thread pool: work that was queued was not begun for longer than the
/// threshold.</summary>
public sealed record StarvationReport
{
    /// <summary>Whether it is over. If not, it has just been found.</summary>
    public required bool IsOver { get; init; }

    /// <summary>How long the pool has begun nothing, or had not when it was over.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>How many pieces of work are queued.</summary>
    public required long QueueLength { get; init; }

    /// <summary>By how many there are more of them than before it began. Work that comes and is not begun.</summary>
    public required long QueueGrowth { get; init; }

    /// <summary>How many threads the pool has.</summary>
    public required int ThreadCount { get; init; }

    /// <summary>How many threads it has more than before.</summary>
    public required int ThreadGrowth { get; init; }

    /// <summary>How many waits for locks have begun since it was found, of the whole process, as the runtime
    /// counts.</summary>
    public required int LockWaits { get; init; }

    /// <summary>How many other waits that block a thread have begun since it was found: of tasks, events, handles.
    /// </summary>
    public required int OtherWaits { get; init; }

    /// <summary>Says what it is, in a line.</summary>
    /// <returns>Such as <c>The thread pool has begun nothing for 0.5 s: 40 queued, 4 threads.</c></returns>
    public override string ToString()
    {
        string begun = IsOver ? "had begun nothing" : "has begun nothing";
        return FormattableString.Invariant(
            $"The thread pool {begun} for {Duration.TotalSeconds:0.0} s: {QueueLength} queued, {ThreadCount} threads.");
    }
}
