namespace AsyncKit.Concurrency;

/// <summary>How a <see cref="WorkQueue{T}"/> works.</summary>
/// <typeparam name="T">The type of the items.</typeparam>
public sealed record WorkQueueOptions<T>
{
    /// <summary>Which item is taken next; by default the one that came first.</summary>
    public WorkQueueOrder Order { get; init; } = WorkQueueOrder.Fifo;

    /// <summary>Says which item is smaller, for <see cref="WorkQueueOrder.Priority"/> only. By default
    /// <see cref="Comparer{T}.Default"/>.</summary>
    /// <remarks>
    /// It runs inside the calls that put items in, with nothing locked, maybe on several threads at a time, and may
    /// also see an item that has just been taken. Of an item that is queued it must not change its mind.
    /// </remarks>
    public IComparer<T>? Comparer { get; init; }

    /// <summary>How many items may be queued before <see cref="WorkQueue{T}.EnqueueAsync"/> waits for room: at least 1;
    /// by default <see langword="null"/>, for any number. Items that were taken do not count.</summary>
    public int? Capacity { get; init; }

    /// <summary>How often an item is tried before it has failed for good: at least 1, the default.</summary>
    public int MaxAttempts { get; init; } = 1;

    /// <summary>Takes each item that has failed for good, and the fault of its last attempt: <see langword="null"/> if
    /// that was disposed without <see cref="WorkItem{T}.Complete"/>. By default there is no handler.</summary>
    /// <remarks>
    /// Called by whoever ends the attempt, before the item counts as finished. What it throws is a fault of the run; in
    /// <see cref="WorkItem{T}.Dispose"/> it is unhandled, as in a timer, and ends the process.
    /// </remarks>
    public Action<T, Exception?>? OnFailed { get; init; }

    /// <summary>The name of the queue in reports. By default it has none.</summary>
    public string? Name { get; init; }

    internal void ThrowIfInvalid(string parameter)
    {
        string? broken = this switch
        {
            { Order: not (WorkQueueOrder.Fifo or WorkQueueOrder.Lifo or WorkQueueOrder.Priority) } =>
                $"Order must be Fifo, Lifo or Priority, but was {Order}",
            { Order: not WorkQueueOrder.Priority, Comparer: not null } =>
                $"Comparer is for the order Priority, but Order was {Order}",
            { Capacity: < 1 } => $"Capacity must be at least 1, but was {Capacity}",
            { MaxAttempts: < 1 } => $"MaxAttempts must be at least 1, but was {MaxAttempts}",
            _ => null,
        };
        if (broken is not null) throw new ArgumentException($"{broken}.", parameter);
    }
}
