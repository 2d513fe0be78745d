namespace AsyncKit.Synchronization;

/// <summary>The place of a waiter among those with a time limit, as a part of the waiter.</summary>
internal struct DeadlineNode
{
    /// <summary>The moment, as a timestamp of the clock.</summary>
    public long Due;

    public bool IsPending;

    /// <summary>The first of those that are due later than this one.</summary>
    public Waiter? Child;

    /// <summary>The next with the same parent.</summary>
    public Waiter? Sibling;

    /// <summary>The one before with the same parent; of the first, the parent.</summary>
    public Waiter? Before;
}
