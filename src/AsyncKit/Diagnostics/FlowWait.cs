namespace AsyncKit.Diagnostics;

/// <summary>A wait that has not ended.</summary>
/// <param name="resource">What is waited for.</param>
/// <param name="waiter">Who waits.</param>
/// <param name="flow">What it is inside of.</param>
/// <param name="begun">Since when.</param>
internal sealed class FlowWait(object resource, object waiter, FlowScope? flow, FlowMoment begun)
{
    public object Resource => resource;

    public FlowMoment Begun => begun;

    /// <summary>What the wait itself is called.</summary>
    public string Name => FlowName.Of(waiter);

    public TaskScope? Task => FlowScope.TaskOf(flow);

    /// <summary>What the code that waits has to give back: it cannot while it waits.</summary>
    public IEnumerable<HoldScope> Holds
    {
        get
        {
            for (FlowScope? scope = flow; scope is not null; scope = scope.Outer)
            {
                if (scope is HoldScope { HasEnded: false } hold) yield return hold;
            }
        }
    }

    /// <summary>Who waits: the task, or what it is called where there is none.</summary>
    public override string ToString() => Task?.ToString() ?? Name;
}
