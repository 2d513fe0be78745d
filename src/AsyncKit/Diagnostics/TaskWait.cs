namespace AsyncKit.Diagnostics;

/// <summary>A wait that has not ended.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed record TaskWait
{
    internal TaskWait()
    {
    }

    /// <summary>Who waits: the name of the task, or <see cref="Name"/> when it belongs to none.</summary>
    public required string Waiter { get; init; }

    /// <summary>What the wait itself is called, such as <c>wait 3 for AsyncLock "orders"</c>, or
    /// <c>DequeueAsync of WorkQueue "jobs"</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What is waited for, such as <c>AsyncLock "orders"</c>.</summary>
    public required string Resource { get; init; }

    /// <summary>For how long.</summary>
    public required TimeSpan Age { get; init; }

    /// <summary>Who is known to hold it, in the order in which they got it; at most
    /// <see cref="TaskInspectorOptions.MaxListed"/>.</summary>
    public required IReadOnlyList<string> HeldBy { get; init; }

    /// <summary>Says it in words.</summary>
    /// <returns>For example <c>prices waits for AsyncLock "b", held by news</c>.</returns>
    public override string ToString() => $"{Waiter} waits for {TreeText.Describe(this)}";
}
