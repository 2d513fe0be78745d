namespace AsyncKit.Concurrency;

/// <summary>A child that somebody waits for until it says that it is ready.</summary>
/// <typeparam name="T">The type of what it is ready with.</typeparam>
internal sealed class ChildStart<T>(Func<Action<T>, CancellationToken, ValueTask> child)
{
    private readonly TaskCompletionSource<T> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Ready => _ready.Task;

    /// <summary>Runs the child in its group. What it throws before it is ready is not for the group.</summary>
    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await child(SetReady, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            if (!_ready.TrySetException(e)) throw;
            return;
        }

        if (_ready.Task.IsCompleted) return;
        // It ended quietly because it was to end: that is no fault of its own.
        cancellationToken.ThrowIfCancellationRequested();
        _ready.TrySetException(
            new InvalidOperationException("The child has ended, and never said that it was ready."));
    }

    /// <summary>Cancels who waits when the child is cancelled, maybe before it began.</summary>
    public void Follow(Task running, CancellationToken groupToken)
    {
        if (running.IsCompleted) CancelWith(running, groupToken);
        else running.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => CancelWith(running, groupToken));
    }

    private void CancelWith(Task running, CancellationToken groupToken)
    {
        if (running.IsCanceled) _ready.TrySetCanceled(groupToken);
    }

    private void SetReady(T value)
    {
        if (!_ready.TrySetResult(value))
            throw new InvalidOperationException("The child has said before that it was ready.");
    }
}
