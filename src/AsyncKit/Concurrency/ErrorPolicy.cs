namespace AsyncKit.Concurrency;

/// <summary>What the fault of an item means for the others of its run.</summary>
public enum ErrorPolicy
{
    /// <summary>The first fault stops the pulling and cancels the bodies that run. The default.</summary>
    StopOnFirst,

    /// <summary>All items are run; the faults are told together at the end, in a
    /// <see cref="Errors.CollectedFaultsException"/>.</summary>
    CollectAll,
}
