namespace AsyncKit.Concurrency;

/// <summary>An asynchronous sequence that workers pull from in turns.</summary>
internal sealed class AsynchronousSource<T>(IAsyncEnumerable<T> source) : SharedSource<T>
{
    // Whoever has the turn is alone with the enumerator, the index, and the end.
    private readonly SemaphoreSlim _turn = new(1, 1);
    private IAsyncEnumerator<T>? _items;
    private int _nextIndex;
    private bool _hasEnded;

    public override async ValueTask<(bool Found, T? Item, int Index)> PullAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (_hasEnded) return default;
            cancellationToken.ThrowIfCancellationRequested();

            // Ended until it proves otherwise: nobody asks a sequence again that has failed.
            _hasEnded = true;
            _items ??= source.GetAsyncEnumerator(cancellationToken);
            if (!await _items.MoveNextAsync().ConfigureAwait(false)) return default;
            T item = _items.Current;
            _hasEnded = false;
            return (true, item, _nextIndex++);
        }
        finally
        {
            _turn.Release();
        }
    }

    public override ValueTask DisposeAsync() => _items?.DisposeAsync() ?? default;
}
