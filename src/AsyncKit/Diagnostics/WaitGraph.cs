using System.Runtime.InteropServices;

namespace AsyncKit.Diagnostics;

/// <summary>Who waits for whom, and which of them wait in a circle.</summary>
/// <remarks>
/// <para>A wait is stuck when each who holds what it waits for is stuck; and who holds is stuck while code inside of
/// the hold waits, and is stuck. All waits for what somebody holds are taken for stuck at first; then those are let go
/// that somebody can end, until no more can be. What is left waits in circles, or for those that do.</para>
/// <para>So a permit of a semaphore that one holder may give back, while another waits, makes no circle, and neither
/// does an event, which anybody may set. It takes time in proportion to the waits and holds.</para>
/// </remarks>
internal sealed class WaitGraph
{
    // Of each resource: who waits for it, and who holds it. Of a hold: what it is of, and the waits of code inside of
    // it.
    private readonly Dictionary<object, List<FlowWait>> _waiters = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<object, List<HoldScope>> _holders = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<HoldScope, object> _resources = [];
    private readonly Dictionary<HoldScope, List<FlowWait>> _inside = [];

    private readonly Dictionary<FlowWait, List<HoldScope>> _outside = [];
    private readonly HashSet<FlowWait> _stuck;

    /// <param name="picture">What there is.</param>
    /// <param name="tasksAreSequential">Whether a task that waits cannot give back what it holds, also where the flow
    /// of the code does not tell.</param>
    public WaitGraph(FlowPicture picture, bool tasksAreSequential)
    {
        foreach (HoldScope hold in picture.Holds) Add(hold);
        foreach (FlowWait wait in picture.Waits)
        {
            In(_waiters, wait.Resource).Add(wait);
            foreach (HoldScope hold in wait.Holds) Put(wait, hold);
        }

        if (tasksAreSequential) PutInsideOfTasks(picture);
        _stuck = [.. picture.Waits.Where(wait => _holders.ContainsKey(wait.Resource))];
        LetGo(picture.Holds);
    }

    public IReadOnlyList<HoldScope> HoldersOf(object resource) => _holders.GetValueOrDefault(resource) ?? [];

    public bool IsStuck(FlowWait wait) => _stuck.Contains(wait);

    /// <summary>Each circle: a wait, then the one of who holds what that waits for, and so on back to the
    /// first.</summary>
    public IEnumerable<IReadOnlyList<FlowWait>> Cycles()
    {
        // Each stuck wait leads to one other, so a walk comes to where it has been, or to where an earlier one has
        // been.
        Dictionary<FlowWait, FlowWait> nexts = Nexts();
        Dictionary<FlowWait, FlowWait> walks = [];
        foreach (FlowWait start in nexts.Keys)
        {
            FlowWait wait = start;
            while (walks.TryAdd(wait, start)) wait = nexts[wait];
            if (walks[wait] != start) continue;
            List<FlowWait> cycle = [wait];
            for (FlowWait next = nexts[wait]; next != wait; next = nexts[next]) cycle.Add(next);
            yield return cycle;
        }
    }

    private static List<TValue> In<TKey, TValue>(Dictionary<TKey, List<TValue>> lists, TKey key)
        where TKey : notnull
    {
        ref List<TValue>? list = ref CollectionsMarshal.GetValueRefOrAddDefault(lists, key, out _);
        return list ??= [];
    }

    private void Add(HoldScope hold)
    {
        // None: it has ended meanwhile.
        if (hold.Resource is not { } resource) return;
        _resources.Add(hold, resource);
        In(_holders, resource).Add(hold);
    }

    private void Put(FlowWait wait, HoldScope hold)
    {
        In(_inside, hold).Add(wait);
        In(_outside, wait).Add(hold);
    }

    private void PutInsideOfTasks(FlowPicture picture)
    {
        ILookup<TaskScope?, FlowWait> waits = picture.Waits.ToLookup(static wait => wait.Task);
        foreach (HoldScope hold in picture.Holds.Where(hold => !_inside.ContainsKey(hold)).ToList())
        {
            foreach (FlowWait wait in FlowScope.TaskOf(hold) is { } task ? waits[task] : []) Put(wait, hold);
        }
    }

    // Who holds and is not stuck may give it back: then nobody who waits for that is stuck.
    private void LetGo(IEnumerable<HoldScope> holds)
    {
        Dictionary<HoldScope, int> stuckInside =
            _inside.ToDictionary(static pair => pair.Key, pair => pair.Value.Count(IsStuck));
        Queue<HoldScope> free = new(holds.Where(hold => stuckInside.GetValueOrDefault(hold) is 0));
        while (free.TryDequeue(out HoldScope? hold))
        {
            if (!_resources.TryGetValue(hold, out object? resource)) continue;
            foreach (FlowWait wait in _waiters.GetValueOrDefault(resource) ?? [])
            {
                if (!_stuck.Remove(wait)) continue;
                foreach (HoldScope outer in _outside.GetValueOrDefault(wait) ?? [])
                {
                    if (--stuckInside[outer] is 0) free.Enqueue(outer);
                }
            }
        }
    }

    // Of each stuck wait: the first stuck wait of who holds first what it waits for.
    private Dictionary<FlowWait, FlowWait> Nexts()
    {
        Dictionary<HoldScope, FlowWait> first = [];
        foreach ((HoldScope hold, List<FlowWait> waits) in _inside)
        {
            if (waits.Find(IsStuck) is { } wait) first.Add(hold, wait);
        }

        return _stuck.ToDictionary(static wait => wait, wait => first[_holders[wait.Resource][0]]);
    }
}
