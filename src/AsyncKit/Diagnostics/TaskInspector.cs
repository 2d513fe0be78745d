using System.Diagnostics;

namespace AsyncKit.Diagnostics;

/// <summary>Shows what goes on: the tasks that have not ended, as a tree, and who waits for whom.</summary>
/// <remarks>
/// <para><b>What it knows.</b> What reports to <see cref="AsyncDiagnostics"/>: groups and their children, runs and
/// their items, contenders of races, and the waits and holds of the primitives. What a task awaits beside of that is
/// not known.</para>
/// <para><b>From when.</b> What began before <see cref="Start"/> is unknown: it is not shown, and what it holds seems
/// to be held by nobody. Start it early, or before what is to be looked at.</para>
/// <para><b>Memory.</b> What ends is forgotten at once. What never ends stays, for that is what one looks for, until
/// the inspector is disposed.</para>
/// <para><b>Cost.</b> None while there is no inspector. While there is one, all tasks and primitives of the process
/// take the slower path of <see cref="AsyncDiagnostics"/>, and each beginning and end is noted.</para>
/// <para>Thread-safe. Several may be there at a time.</para>
/// </remarks>
[DebuggerDisplay("Tasks = {_table.TaskCount}")]
public sealed class TaskInspector : IDisposable
{
    private readonly TaskInspectorOptions _options;
    private readonly FlowTable _table;
    private readonly IDisposable _subscription;

    private TaskInspector(TaskInspectorOptions options)
    {
        _options = options;
        _table = new FlowTable(options.TimeProvider);
        _subscription = AsyncDiagnostics.Subscribe(
            DiagnosticEvents.Tasks | DiagnosticEvents.Waits, new FlowListener(_table, options.Filter));
    }

    /// <summary>Begins to take note of what begins from now on.</summary>
    /// <param name="options">What is noted; by default all of the process, on the clock of the system.</param>
    /// <returns>The inspector: dispose it to end that.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static TaskInspector Start(TaskInspectorOptions? options = null)
    {
        options ??= new TaskInspectorOptions();
        options.ThrowIfInvalid(nameof(options));
        return new TaskInspector(options);
    }

    /// <summary>Takes a picture of this moment.</summary>
    /// <remarks>Events wait for a part of it: some ten nanoseconds for each task, wait and hold. The names are asked
    /// for after that. Work that goes on meanwhile may have ended when it is looked at.</remarks>
    /// <returns>What is known; empty after <see cref="Dispose"/>.</returns>
    public TaskSnapshot Capture() => new SnapshotBuilder(_table.Capture(), _options).Build();

    /// <summary>Ends it, and forgets all. Never throws; disposing twice is harmless.</summary>
    public void Dispose()
    {
        _subscription.Dispose();
        _table.Close();
    }
}
