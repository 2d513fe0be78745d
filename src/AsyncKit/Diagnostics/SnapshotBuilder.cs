namespace AsyncKit.Diagnostics;

/// <summary>Makes a snapshot of what there was.</summary>
internal sealed class SnapshotBuilder
{
    // As JSON, a node is two levels. So what is written can be read by a reader that has its default limit of 64.
    private const int MaxDepth = 28;

    private readonly FlowPicture _picture;
    private readonly TaskInspectorOptions _options;
    private readonly WaitGraph _graph;
    private readonly ILookup<TaskScope?, TaskScope> _children;
    private readonly ILookup<TaskScope?, FlowWait> _waits;
    private readonly ILookup<TaskScope?, HoldScope> _holds;

    public SnapshotBuilder(FlowPicture picture, TaskInspectorOptions options)
    {
        _picture = picture;
        _options = options;
        _graph = new WaitGraph(picture, options.TasksAreSequential);

        // Of a task that began, or ended, after the picture was taken, nothing is shown.
        HashSet<TaskScope> known = [.. picture.Tasks];
        _children = picture.Tasks.ToLookup(task => Known(task.Parent));
        _waits = picture.Waits.ToLookup(wait => Known(wait.Task));
        _holds = picture.Holds.ToLookup(hold => Known(FlowScope.TaskOf(hold)));

        TaskScope? Known(TaskScope? task) => task is not null && known.Contains(task) ? task : null;
    }

    public TaskSnapshot Build() => new()
    {
        Tasks = [.. _children[null].Take(_options.MaxListed).Select(task => Build(task, depth: 1))],
        OtherWaits = Waits(task: null),
        Cycles = [.. _graph.Cycles().Take(_options.MaxListed).Select(cycle => (TaskWait[])[.. cycle.Select(Build)])],
        OmittedCount = Math.Max(0, _children[null].Count() - _options.MaxListed)
            + Math.Max(0, _waits[null].Count() - _options.MaxListed),
        TaskCount = _picture.Tasks.Count,
        WaitCount = _picture.Waits.Count,
        HoldCount = _picture.Holds.Count,
    };

    private TaskNode Build(TaskScope task, int depth)
    {
        List<TaskScope> children = [.. _children[task].Take(depth < MaxDepth ? _options.MaxListed : 0)];
        TaskWait[] waits = Waits(task);
        TaskHold[] holds = [.. _holds[task].Take(_options.MaxListed).Select(Build)];
        return new TaskNode
        {
            Name = task.ToString(),
            State = StateOf(task),
            Age = Age(task.Begun),
            WaitsFor = waits,
            Holds = holds,
            Children = [.. children.Select(child => Build(child, depth + 1))],
            OmittedCount = _children[task].Count() - children.Count
                + _waits[task].Count() - waits.Length
                + _holds[task].Count() - holds.Length,
        };
    }

    private TaskNodeState StateOf(TaskScope task)
    {
        if (_waits[task].Any(_graph.IsStuck)) return TaskNodeState.Deadlocked;
        return _waits[task].Any() ? TaskNodeState.Waiting : TaskNodeState.Running;
    }

    private TaskWait[] Waits(TaskScope? task) => [.. _waits[task].Take(_options.MaxListed).Select(Build)];

    private TaskWait Build(FlowWait wait) => new()
    {
        Waiter = wait.ToString(),
        Name = wait.Name,
        Resource = FlowName.Of(wait.Resource),
        Age = Age(wait.Begun),
        HeldBy = [.. _graph.HoldersOf(wait.Resource).Take(_options.MaxListed).Select(static hold => hold.ToString())],
    };

    private TaskHold Build(HoldScope hold) => new()
    {
        Resource = FlowName.Of(hold.Resource),
        Age = Age(hold.Begun),
    };

    // What began while the picture was taken has a later timestamp.
    private TimeSpan Age(FlowMoment begun)
    {
        TimeSpan age = _options.TimeProvider.GetElapsedTime(begun.Timestamp, _picture.Now);
        return age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }
}
