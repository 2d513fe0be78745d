namespace AsyncKit.Diagnostics;

/// <summary>Something that is held.</summary>
internal sealed class HoldScope(object resource, object holder, FlowScope? outer, FlowMoment begun) : FlowScope(outer)
{
    private object? _resource = resource;
    private object? _holder = holder;

    /// <summary>Since when it is held.</summary>
    public FlowMoment Begun => begun;

    public object? Resource => _resource;

    /// <summary>Who holds it: the task, or what it is called where there is none.</summary>
    public override string ToString() => TaskOf(Outer)?.ToString() ?? FlowName.Of(_holder);

    protected override void Forget()
    {
        _resource = null;
        _holder = null;
    }
}
