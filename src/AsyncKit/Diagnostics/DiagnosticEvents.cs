namespace AsyncKit.Diagnostics;

/// <summary>The kinds of events that a listener can ask for.</summary>
[Flags]
public enum DiagnosticEvents
{
    /// <summary>None: what is on in production.</summary>
    None = 0,

    /// <summary>The points where the order of concurrent operations is decided.</summary>
    SchedulingPoints = 1,

    /// <summary>Work that was handed to a thread and has not started yet.</summary>
    ExternalWork = 2,

    /// <summary>Who waits for what, and who holds it.</summary>
    Waits = 4,

    /// <summary>Tasks that begin and end: groups and their children, runs and their items.</summary>
    Tasks = 8,
}
