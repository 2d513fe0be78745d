namespace AsyncKit.Concurrency;

/// <summary>An asynchronous sequence.</summary>
internal sealed class AsynchronousSource<T>(IAsyncEnumerable<T> source) : RunSource<T>
{
    private IAsyncEnumerator<T>? _items;

    public override T Current => _items!.Current;

    public override ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        _items ??= source.GetAsyncEnumerator(cancellationToken);
        return _items.MoveNextAsync();
    }

    public override RunSource<T> Anew() => new AsynchronousSource<T>(source);

    public override ValueTask DisposeAsync() => _items?.DisposeAsync() ?? default;
}
