namespace AsyncKit.Diagnostics;

/// <summary>A task that has not ended.</summary>
internal sealed class TaskScope(object task, FlowScope? outer, FlowMoment begun) : FlowScope(outer)
{
    private object? _task = task;

    /// <summary>When it began.</summary>
    public FlowMoment Begun => begun;

    public TaskScope? Parent => TaskOf(Outer);

    public override string ToString() => FlowName.Of(_task);

    protected override void Forget() => _task = null;
}
