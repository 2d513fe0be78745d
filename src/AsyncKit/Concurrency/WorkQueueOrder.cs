namespace AsyncKit.Concurrency;

/// <summary>Which item of a <see cref="WorkQueue{T}"/> is taken next.</summary>
public enum WorkQueueOrder
{
    /// <summary>The one that came first.</summary>
    Fifo,

    /// <summary>The one that came last.</summary>
    Lifo,

    /// <summary>The smallest by <see cref="WorkQueueOptions{T}.Comparer"/>; of equal ones, the one that came
    /// first.</summary>
    Priority,
}
