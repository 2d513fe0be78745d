namespace AsyncKit.Testing;

/// <summary>Knows what goes on with what: the steps of a strand of work, through the async methods that it
/// calls.</summary>
/// <remarks>A step belongs to an async method. When a method awaits another one, it is that whose steps follow: what
/// becomes ready by a step goes on for it, unless the method itself is ready again.</remarks>
internal sealed class Flows
{
    private readonly Dictionary<long, long> _flows = [];
    private long _last;

    /// <summary>The flow of a step that was looked at.</summary>
    public long this[Step step] => _flows[step.Owner];

    /// <summary>The flow that was taken last; zero: none.</summary>
    public long Last => _last;

    /// <summary>Before a run.</summary>
    public void Begin()
    {
        _flows.Clear();
        _last = 0;
    }

    /// <summary>Before each decision.</summary>
    public void Look(ReadySteps ready)
    {
        bool goesOn = _last is 0 || IsReady(_last, ready);
        for (var i = 0; i < ready.Count; i++)
        {
            long owner = ready[i].Owner;
            if (_flows.ContainsKey(owner)) continue;
            _flows[owner] = goesOn ? owner : _last;
            goesOn = true;
        }
    }

    public void Take(Step step) => _last = _flows[step.Owner];

    private bool IsReady(long flow, ReadySteps ready)
    {
        for (var i = 0; i < ready.Count; i++)
        {
            if (_flows.TryGetValue(ready[i].Owner, out long its) && its == flow) return true;
        }

        return false;
    }
}
