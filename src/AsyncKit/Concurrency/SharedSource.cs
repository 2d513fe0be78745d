namespace AsyncKit.Concurrency;

/// <summary>A source that several workers pull from, one at a time.</summary>
internal abstract class SharedSource<T> : IAsyncDisposable
{
    /// <summary>Takes the next element with its index, or finds that there is none.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled before the source had ended.</exception>
    public abstract ValueTask<(bool Found, T? Item, int Index)> PullAsync(CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}
