namespace AsyncKit.Diagnostics;

/// <summary>What has begun and not ended: tasks, waits and holds.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class FlowTable(TimeProvider timeProvider)
{
    private readonly AsyncLocal<FlowScope?> _flow = new();
    private readonly FlowGate _gate = new();
    private long _begun;

    // From here on: guarded by the gate.
    private readonly Dictionary<object, TaskScope> _tasks = new(ReferenceEqualityComparer.Instance);
    private readonly FlowBag<FlowWait> _waits = new();
    private readonly FlowBag<HoldScope> _holds = new();
    private bool _isClosed;

    /// <summary>How many tasks there are; for the debugger, which asks while nothing runs.</summary>
    public int TaskCount => _tasks.Count;

    public void TaskBegun(object task, object? parent)
    {
        FlowMoment now = Now();
        FlowScope? flow = _flow.Value;
        using (_gate.Enter())
        {
            if (_isClosed) return;

            // A parent that began before this table is not known, and the child stands for itself.
            if (parent is not null) flow = _tasks.GetValueOrDefault(parent);
            if (_tasks.Remove(task, out TaskScope? earlier)) earlier.End();
            _tasks.Add(task, new TaskScope(task, flow, now));
            flow = _tasks[task];
        }

        _flow.Value = flow;
    }

    public void TaskEnded(object task)
    {
        using (_gate.Enter())
        {
            if (_tasks.Remove(task, out TaskScope? ended)) ended.End();
        }
    }

    public void Waiting(object resource, object waiter)
    {
        var wait = new FlowWait(resource, waiter, _flow.Value, Now());
        using (_gate.Enter())
        {
            if (!_isClosed) _waits.Add(resource, waiter, wait);
        }
    }

    public void WaitEnded(object resource, object waiter)
    {
        using (_gate.Enter()) _waits.Remove(resource, waiter);
    }

    public void Held(object resource, object holder)
    {
        var hold = new HoldScope(resource, holder, _flow.Value, Now());
        using (_gate.Enter())
        {
            if (_isClosed) return;
            _holds.Add(resource, holder, hold);
        }

        _flow.Value = hold;
    }

    public void Released(object resource, object holder)
    {
        using (_gate.Enter()) _holds.Remove(resource, holder)?.End();

        // Else it would stay in the context of code that goes on for long, one of each inspector that there ever was.
        if (_flow.Value is { HasEnded: true } ended) _flow.Value = ended.Outer;
    }

    /// <summary>What there is now, each in the order in which it began.</summary>
    public FlowPicture Capture()
    {
        List<TaskScope> tasks;
        List<FlowWait> waits;
        List<HoldScope> holds;
        using (_gate.Enter())
        {
            tasks = [.. _tasks.Values];
            waits = _waits.ToList();
            holds = _holds.ToList();
        }

        tasks.Sort(static (one, other) => one.Begun.Number.CompareTo(other.Begun.Number));
        waits.Sort(static (one, other) => one.Begun.Number.CompareTo(other.Begun.Number));
        holds.Sort(static (one, other) => one.Begun.Number.CompareTo(other.Begun.Number));
        return new FlowPicture(timeProvider.GetTimestamp(), tasks, waits, holds);
    }

    /// <summary>Forgets everything, also where code refers to it, and takes nothing any more.</summary>
    public void Close()
    {
        using (_gate.Enter())
        {
            _isClosed = true;
            foreach (TaskScope task in _tasks.Values) task.End();
            foreach (HoldScope hold in _holds.ToList()) hold.End();
            _tasks.Clear();
            _waits.Clear();
            _holds.Clear();
        }
    }

    private FlowMoment Now() => new(Interlocked.Increment(ref _begun), timeProvider.GetTimestamp());
}
