namespace AsyncKit.Diagnostics;

/// <summary>Notes in a table what it hears of.</summary>
/// <param name="table">The table.</param>
/// <param name="filter">Whether what begins is to be noted. Ends are always: who began it is not asked.</param>
internal sealed class FlowListener(FlowTable table, Func<bool>? filter) : AsyncDiagnosticsListener
{
    protected internal override void OnTaskBegun(object task, object? parent)
    {
        if (IsWanted) table.TaskBegun(task, parent);
    }

    protected internal override void OnTaskEnded(object task) => table.TaskEnded(task);

    protected internal override void OnWaiting(object resource, object waiter)
    {
        if (IsWanted) table.Waiting(resource, waiter);
    }

    protected internal override void OnWaitEnded(object resource, object waiter) => table.WaitEnded(resource, waiter);

    protected internal override void OnHeld(object resource, object holder)
    {
        if (IsWanted) table.Held(resource, holder);
    }

    protected internal override void OnReleased(object resource, object holder) => table.Released(resource, holder);

    // Of a filter, or for want of memory: then one thing is not noted. There is nobody to take it, and who reported
    // goes on.
    protected internal override void OnFault(Exception fault)
    {
    }

    private bool IsWanted => filter is null || filter();
}
