using AsyncKit.Errors;

namespace AsyncKit.Concurrency;

/// <summary>A piece of background work, from its start until it has ended.</summary>
internal sealed class BackgroundEntry(string name, Func<CancellationToken, ValueTask> work, long started)
{
    private readonly TaskCompletionSource<bool> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isRunning;

    public string Name => name;

    /// <summary>Ends as the work has.</summary>
    public Task End => _end.Task;

    public async ValueTask RunAsync(ConcurrencyLimit? limit, CancellationToken cancellationToken)
    {
        using var permit = limit is null
            ? default
            : await limit.AcquireAsync(name, cancellationToken).ConfigureAwait(false);
        _isRunning = true;
        await work(cancellationToken).ConfigureAwait(false);
    }

    public void Finish(in Settled end)
    {
        if (end.IsCompletedSuccessfully) _end.SetResult(true);
        else if (end.IsCanceled) Cancellation.Cancel(_end, (OperationCanceledException)end.Exception!);
        else _end.SetException(end.Exception!);

        // It was reported: who does not await the task has missed nothing.
        _ = _end.Task.Exception;
    }

    public BackgroundWork Look(TimeProvider time) => new(name, time.GetElapsedTime(started), _isRunning);
}
