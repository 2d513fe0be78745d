namespace AsyncKit.Diagnostics;

/// <summary>What had begun, and not ended, at one moment.</summary>
internal sealed record FlowPicture(
    long Now, IReadOnlyList<TaskScope> Tasks, IReadOnlyList<FlowWait> Waits, IReadOnlyList<HoldScope> Holds);
