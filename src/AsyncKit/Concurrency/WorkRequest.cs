namespace AsyncKit.Concurrency;

/// <summary>What somebody waits for at a <see cref="WorkQueue{T}"/>.</summary>
internal enum WorkRequest
{
    /// <summary>An item, until the queue is completed and empty.</summary>
    Item,

    /// <summary>An item, until the queue is completed and every item is finished: one that is held may be put
    /// back.</summary>
    ItemToTheLast,

    /// <summary>Room for an item.</summary>
    Room,

    /// <summary>That every item is finished.</summary>
    End,
}
