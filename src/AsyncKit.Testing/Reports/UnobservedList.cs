namespace AsyncKit.Testing;

/// <summary>The exceptions of a run that nobody looked at. It keeps nothing else of the run alive.</summary>
internal sealed class UnobservedList
{
    private readonly Lock _sync = new();
    private readonly List<Exception> _exceptions = [];
    private volatile bool _hasThrown;

    /// <summary>Whether the run has thrown anything: if not, there is nothing to look for.</summary>
    public bool HasThrown => _hasThrown;

    public void Thrown() => _hasThrown = true;

    public void Add(Exception exception)
    {
        lock (_sync) _exceptions.Add(exception);
    }

    public IReadOnlyList<Exception> Snapshot()
    {
        lock (_sync) return [.. _exceptions];
    }
}
