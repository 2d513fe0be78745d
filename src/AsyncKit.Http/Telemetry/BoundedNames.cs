using System.Collections.Concurrent;

namespace AsyncKit.Http;

/// <summary>Holds the values of a tag to a number that a store of metrics can bear: all others are one.</summary>
/// <remarks>Thread-safe. A name that was let through once always is.</remarks>
internal sealed class BoundedNames(int most)
{
    public const string Other = "other";

    private readonly ConcurrentDictionary<string, string> _names = new(StringComparer.Ordinal);

    // Guards the adding, so that no two add the last.
    private readonly Lock _sync = new();
    private volatile bool _isFull;

    /// <summary>The name itself, if it is one of the first that came; else <see cref="Other"/>.</summary>
    public string Of(string name)
    {
        if (_names.TryGetValue(name, out string? known)) return known;
        if (_isFull) return Other;
        lock (_sync)
        {
            if (_names.TryGetValue(name, out known)) return known;
            if (_isFull) return Other;
            _names[name] = name;
            _isFull = _names.Count >= most;
            return name;
        }
    }
}
