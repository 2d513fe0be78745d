namespace AsyncKit.Testing;

/// <summary>Who waits for and who holds the primitives of AsyncKit, in a run.</summary>
internal sealed class WaitTable
{
    // Not a Lock, for the reason that SpinGate gives.
    private readonly SpinGate _sync = new();
    private readonly List<(object Resource, object Who, bool Holds)> _entries = [];

    public void Waiting(object resource, object waiter) => Add(resource, waiter, holds: false);

    public void WaitEnded(object resource, object waiter) => Remove(resource, waiter, holds: false);

    public void Held(object resource, object holder) => Add(resource, holder, holds: true);

    public void Released(object resource, object holder) => Remove(resource, holder, holds: true);

    /// <summary>A line for each primitive that somebody waits for.</summary>
    public IEnumerable<string> Describe()
    {
        (object Resource, object Who, bool Holds)[] entries;
        using (_sync.Enter()) entries = [.. _entries];
        return entries
            .GroupBy(static entry => entry.Resource, ReferenceEqualityComparer.Instance)
            .Where(static group => group.Any(static entry => !entry.Holds))
            .Select(static group => $"{group.Key}: {Who(group, holds: false)} wait, {Who(group, holds: true)} hold it");
    }

    private static string Who(IEnumerable<(object Resource, object Who, bool Holds)> entries, bool holds)
    {
        object[] who = [.. entries.Where(entry => entry.Holds == holds).Select(static entry => entry.Who)];
        return who.Length is 0 ? "none" : string.Join(" and ", who);
    }

    private void Add(object resource, object who, bool holds)
    {
        using (_sync.Enter()) _entries.Add((resource, who, holds));
    }

    private void Remove(object resource, object who, bool holds)
    {
        using (_sync.Enter())
        {
            int index = _entries.FindLastIndex(entry =>
                ReferenceEquals(entry.Resource, resource) && ReferenceEquals(entry.Who, who) && entry.Holds == holds);
            if (index >= 0) _entries.RemoveAt(index);
        }
    }
}
