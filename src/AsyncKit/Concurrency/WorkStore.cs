namespace AsyncKit.Concurrency;

/// <summary>The items of a queue that nobody has taken yet, and which of them is next.</summary>
/// <remarks>Guarded by the gate of the queue, but for what says otherwise.</remarks>
internal abstract class WorkStore<T>
{
    private int _count;

    /// <summary>How many there are. Asked from outside of the gate too.</summary>
    public int Count
    {
        get => Volatile.Read(ref _count);
        protected set => Volatile.Write(ref _count, value);
    }

    public static WorkStore<T> For(WorkQueueOptions<T> options) => options.Order switch
    {
        WorkQueueOrder.Priority => new WorkRanking<T>(options.Comparer ?? Comparer<T>.Default),
        var order => new WorkRing<T>(takesNewest: order is WorkQueueOrder.Lifo),
    };

    /// <summary>Numbers an item that arrives. Not under the gate.</summary>
    public virtual long NextArrival() => 0;

    /// <summary>Adds an item, if there is a place for it.</summary>
    /// <param name="entry">The item.</param>
    /// <param name="place">A place that was found for it; none at the first attempt.</param>
    /// <returns>False: a place is to be found first, or found anew.</returns>
    public abstract bool TryAdd(in WorkEntry<T> entry, object? place);

    /// <summary>Finds a place for an item. Not under the gate, as it asks for memory and calls code of others.
    /// </summary>
    public abstract object FindPlace(in WorkEntry<T> entry);

    /// <summary>Takes the next item; there is one.</summary>
    public abstract WorkEntry<T> Take();
}
