namespace AsyncKit.Concurrency;

/// <summary>What the fault of a child means for its group.</summary>
public enum TaskGroupPolicy
{
    /// <summary>The first fault cancels the group. When all children have ended, it faults with each fault. The
    /// default; what a nursery of Trio does, or a <c>TaskGroup</c> of Python.</summary>
    FailFast,

    /// <summary>A fault cancels nothing. At the end the group faults with a
    /// <see cref="Errors.CollectedFaultsException"/>.</summary>
    CollectAll,

    /// <summary>A fault of a child is told to <see cref="TaskGroupOptions.OnChildFault"/>, and neither cancels nor
    /// faults the group. What a supervisor of Kotlin does.</summary>
    Supervise,
}
