using AsyncKit.Errors;

namespace AsyncKit.Concurrency;

/// <summary>Work that runs for several callers.</summary>
/// <param name="source">Cancels it. Not disposed: it has no timer and no link, and may be cancelled at any
/// moment.</param>
internal sealed class Flight<T>(CancellationTokenSource source)
{
    private readonly TaskCompletionSource<T> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What the work ends with.</summary>
    public Task<T> End => _end.Task;

    /// <summary>How many wait for it. Guarded by the lock of the flights.</summary>
    public int Callers { get; set; }

    /// <summary>Whether the work is over. Guarded by the lock of the flights.</summary>
    public bool HasEnded { get; set; }

    /// <summary>Whether somebody waits for it, and it is not over. Guarded by the lock of the flights.</summary>
    public bool CanBeJoined => Callers > 0 && !HasEnded;

    /// <summary>Starts the work on the thread pool.</summary>
    /// <param name="work">The work.</param>
    /// <param name="ended">Called when the work is over, before anyone hears of it.</param>
    public void Start(Func<CancellationToken, ValueTask<T>> work, Action ended) =>
        _ = Task.Run(() => FlyAsync(work, ended), CancellationToken.None);

    /// <summary>Cancels the work that nobody waits for any more. What callbacks of its token throw has nobody to go to.
    /// </summary>
    public async Task CancelAsync() =>
        await source.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task FlyAsync(Func<CancellationToken, ValueTask<T>> work, Action ended)
    {
        Settled<T> end = await Settled.CaptureAsync(work, source.Token).ConfigureAwait(false);
        try
        {
            ended();
        }
        catch (Exception e)
        {
            // Of a comparer: whoever waits must hear of it.
            end = Settled.FromException<T>(e);
        }

        if (end.TryGetValue(out T? value)) _end.SetResult(value);
        else if (end.IsCanceled) Cancellation.Cancel(_end, (OperationCanceledException)end.Exception);
        else _end.SetException(end.Exception!);
    }
}
