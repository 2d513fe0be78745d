namespace AsyncKit.Tests.Synchronization;

/// <summary>A comparer that gives all keys the same hash, and does what a test wants while it hashes and compares.
/// </summary>
internal sealed class ForeignComparer : IEqualityComparer<int>
{
    public Action<int>? OnHash { get; set; }

    public Action<int, int>? OnEquals { get; set; }

    public bool Equals(int x, int y)
    {
        OnEquals?.Invoke(x, y);
        return x == y;
    }

    public int GetHashCode(int obj)
    {
        OnHash?.Invoke(obj);
        return 7;
    }
}
