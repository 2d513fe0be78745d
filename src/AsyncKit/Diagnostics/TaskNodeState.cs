namespace AsyncKit.Diagnostics;

/// <summary>What a <see cref="TaskInspector"/> knows of what a task does.</summary>
public enum TaskNodeState
{
    /// <summary>It has not ended, and is not known to wait: it runs, or awaits what reports nothing, such as
    /// input.</summary>
    Running,

    /// <summary>It waits for something that reports waits, such as a lock.</summary>
    Waiting,

    /// <summary>It waits, and nobody who could end that wait can go on: it is in a cycle, or waits for those who
    /// are.</summary>
    Deadlocked,
}
