using AsyncKit.Errors;

namespace AsyncKit.Concurrency;

/// <summary>Work that was given to an event loop, and gives a value.</summary>
internal sealed class LoopCall<T>(
    string name, LoopPump pump, Func<CancellationToken, ValueTask<T>> work, CancellationToken cancellationToken)
    : LoopCall(name)
{
    private readonly TaskCompletionSource<T> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends as the work does.</summary>
    public Task<T> End => _end.Task;

    /// <summary>On the loop: begins the work.</summary>
    public void Start() => _ = RunAsync();

    // Awaits on the loop: the work is its own, and what comes after has to be of the loop, too, until it is counted.
    private async Task RunAsync()
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, pump.Stop);
        Settled<T> end;
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            end = Settled.FromValue(await work(both.Token).ConfigureAwait(false));
        }
        catch (Exception e)
        {
            end = Settled.FromException<T>(e);
        }

        Finish(end);
        pump.Calls.Remove(this);
    }

    private void Finish(in Settled<T> end)
    {
        if (end.TryGetValue(out T? value)) _end.SetResult(value);
        else if (end.Exception is not OperationCanceledException cancelled) _end.SetException(end.Exception!);
        else if (cancellationToken.IsCancellationRequested)
            Cancellation.Cancel(_end, Cancellation.By(cancelled, cancellationToken));
        else if (pump.Stop.IsCancellationRequested) Cancellation.Cancel(_end, Cancellation.By(cancelled, pump.Stop));
        else _end.SetException(cancelled);
    }
}
