using AsyncKit.Errors;

namespace AsyncKit.Concurrency;

/// <summary>Work that was given to an event loop, and gives a value.</summary>
internal sealed class LoopCall<T>(
    string name, LoopPump pump, Func<CancellationToken, ValueTask<T>> work, CancellationToken cancellationToken)
    : LoopCall(name)
{
    private readonly TaskCompletionSource<T> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _registration;
    private int _isDecided;

    /// <summary>Ends as the work does.</summary>
    public Task<T> End => _end.Task;

    /// <summary>Lets the caller's token take it back, until its turn has come.</summary>
    public void Watch() => _registration = cancellationToken.UnsafeRegister(
        static call => ((LoopCall<T>)call!).TakeBack(), this);

    /// <summary>It was not taken: its task is seen by nobody.</summary>
    public void Withdraw()
    {
        _registration.Unregister();
        pump.Calls.Remove(this);
    }

    /// <summary>On the loop: begins the work, if it was not taken back.</summary>
    public void Start()
    {
        _registration.Unregister();
        if (TryDecide()) _ = RunAsync();
    }

    // Awaits on the loop: the work is its own, and what comes after has to be of the loop, too, until it is counted.
    private async Task RunAsync()
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, pump.Stop);
        Settled<T> end;
        try
        {
            end = Settled.FromValue(await work(both.Token).ConfigureAwait(false));
        }
        catch (Exception e)
        {
            end = Settled.FromException<T>(e);
        }

        Finish(end);
        pump.Calls.Remove(this);
    }

    private void TakeBack()
    {
        if (!TryDecide()) return;
        _end.SetCanceled(cancellationToken);
        pump.Calls.Remove(this);
    }

    // Whether it begins or is taken back, when its turn and the cancellation meet.
    private bool TryDecide() => Interlocked.Exchange(ref _isDecided, 1) is 0;

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
