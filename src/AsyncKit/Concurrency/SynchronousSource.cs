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
        // A sequence may complete what a body awaits. The body and its worker then go on inside MoveNext, on this very
        // thread, which the lock lets in again; but an iterator that is running answers that it has ended.
        if (_sync.IsHeldByCurrentThread) return PullElsewhereAsync(cancellationToken);
        lock (_sync)
        {
            if (_hasEnded || IsExhausted(cancellationToken)) return default;
            try
            {
                _items ??= source.GetEnumerator();
                if (_items.MoveNext()) return new((true, _items.Current, _nextIndex++));
            }
            catch
            {
                // One fault, once: nobody asks a sequence again that has failed.
                _hasEnded = true;
                throw;
            }

            _hasEnded = true;
            return default;
        }
    }

    public override ValueTask DisposeAsync()
    {
        _items?.Dispose();
        return default;
    }

    // A collection is known to be exhausted without being asked: all its work was done, although somebody cancelled.
    private bool IsExhausted(CancellationToken cancellationToken)
    {
        if (!cancellationToken.IsCancellationRequested) return false;
        if (source.TryGetNonEnumeratedCount(out int count) && count == _nextIndex) return true;
        throw new OperationCanceledException(cancellationToken);
    }

    private async ValueTask<(bool Found, T? Item, int Index)> PullElsewhereAsync(CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return await PullAsync(cancellationToken).ConfigureAwait(false);
    }
}
