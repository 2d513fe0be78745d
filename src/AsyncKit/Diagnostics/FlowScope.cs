namespace AsyncKit.Diagnostics;

/// <summary>What a flow of code is inside of: a task, or something that it holds.</summary>
/// <remarks>
/// It stands in an <see cref="AsyncLocal{T}"/>, so code that goes on after the end may still refer to it. So a scope
/// that has ended keeps nothing, and is skipped by those inside of it: a chain of tasks of which each starts the next
/// does not grow.
/// </remarks>
internal abstract class FlowScope
{
    private FlowScope? _outer;

    // The task that it is in, or is itself: of many holds inside of each other, not each looks through all the others.
    private TaskScope? _task;
    private volatile bool _hasEnded;

    protected FlowScope(FlowScope? outer)
    {
        _outer = Living(outer);
        _ = _outer?.Outer;
        _task = this as TaskScope ?? TaskOf(_outer);
    }

    /// <summary>The next one outwards that has not ended.</summary>
    public FlowScope? Outer => _outer = Living(_outer);

    public bool HasEnded => _hasEnded;

    /// <summary>The task that code in this flow belongs to.</summary>
    public static TaskScope? TaskOf(FlowScope? flow)
    {
        if (Living(flow) is not { } scope) return null;
        while (scope._task is { HasEnded: true } ended) scope._task = Living(ended)?._task;
        return scope._task;
    }

    public void End()
    {
        _hasEnded = true;
        Forget();
    }

    /// <summary>Lets go of what it was about.</summary>
    protected abstract void Forget();

    private static FlowScope? Living(FlowScope? scope)
    {
        while (scope is { _hasEnded: true }) scope = scope._outer;
        return scope;
    }
}
