using System.Runtime.CompilerServices;

namespace AsyncKit.Diagnostics;

/// <summary>Who waits for what, or holds it: each by reference, and one pair maybe several times.</summary>
internal sealed class FlowBag<T>
    where T : class
{
    private readonly Dictionary<Pair, Entry> _newest = [];

    public void Add(object resource, object who, T value)
    {
        var pair = new Pair(resource, who);
        _newest[pair] = new Entry(value, _newest.GetValueOrDefault(pair));
    }

    /// <summary>Takes the newest of a pair away; none when it began before the bag.</summary>
    public T? Remove(object resource, object who)
    {
        var pair = new Pair(resource, who);
        if (!_newest.Remove(pair, out Entry? newest)) return null;
        if (newest.Earlier is { } earlier) _newest.Add(pair, earlier);
        return newest.Value;
    }

    public void Clear() => _newest.Clear();

    public List<T> ToList()
    {
        var all = new List<T>(_newest.Count);
        foreach (Entry newest in _newest.Values)
        {
            for (Entry? entry = newest; entry is not null; entry = entry.Earlier) all.Add(entry.Value);
        }

        return all;
    }

    private sealed record Entry(T Value, Entry? Earlier);

    private readonly struct Pair(object resource, object who) : IEquatable<Pair>
    {
        private readonly object _resource = resource;
        private readonly object _who = who;

        public bool Equals(Pair other) =>
            ReferenceEquals(_resource, other._resource) && ReferenceEquals(_who, other._who);

        public override bool Equals(object? obj) => obj is Pair other && Equals(other);

        public override int GetHashCode() =>
            HashCode.Combine(RuntimeHelpers.GetHashCode(_resource), RuntimeHelpers.GetHashCode(_who));
    }
}
