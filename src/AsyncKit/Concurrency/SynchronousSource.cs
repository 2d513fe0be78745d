namespace AsyncKit.Concurrency;

/// <summary>A synchronous sequence.</summary>
internal sealed class SynchronousSource<T>(IEnumerable<T> source) : RunSource<T>
{
    private IEnumerator<T>? _items;

    public override T Current => _items!.Current;

    public override ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        _items ??= source.GetEnumerator();
        return new ValueTask<bool>(_items.MoveNext());
    }

    public override int KnownCount => source.TryGetNonEnumeratedCount(out int count) ? count : -1;

    public override RunSource<T> Anew() => new SynchronousSource<T>(source);

    public override ValueTask DisposeAsync()
    {
        _items?.Dispose();
        return default;
    }
}
