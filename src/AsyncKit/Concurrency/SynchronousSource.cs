namespace AsyncKit.Concurrency;

/// <summary>A synchronous sequence that workers pull from under a lock.</summary>
/// <remarks>
/// The one place where foreign code runs under a lock of ours: the sequence must be asked by one worker at a time in
/// any case, and taking turns without a thread costs a hop through the thread pool for each element (measured: 4 times
/// the whole of <see cref="Parallel"/>'s work on an item).
/// </remarks>
internal sealed class SynchronousSource<T>(IEnumerable<T> source) : SharedSource<T>
{
    // Guards the enumerator, the index, and the end.
    private readonly Lock _sync = new();
    private IEnumerator<T>? _items;
    private int _nextIndex;
    private bool _hasEnded;

    public override ValueTask<(bool Found, T? Item, int Index)> PullAsync(CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            if (_hasEnded) return default;
            cancellationToken.ThrowIfCancellationRequested();
            _items ??= source.GetEnumerator();
            if (_items.MoveNext()) return new((true, _items.Current, _nextIndex++));
            _hasEnded = true;
            return default;
        }
    }

    public override ValueTask DisposeAsync()
    {
        _items?.Dispose();
        return default;
    }
}
