using AsyncKit.Errors;

namespace AsyncKit.Concurrency;

/// <summary>A blocking call that gives a value.</summary>
internal sealed class BlockingCall<T>(
    BlockingCrew crew,
    Func<CancellationToken, T> work,
    bool mayBeAbandoned,
    Action<Exception>? onLateFault,
    CancellationToken cancellationToken)
    : BlockingCall(crew, mayBeAbandoned, cancellationToken)
{
    private readonly TaskCompletionSource<T> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends as the call does, or when it is left.</summary>
    public Task<T> End => _end.Task;

    protected override void RunHere()
    {
        try
        {
            _end.TrySetResult(work(Token));
        }
        catch (OperationCanceledException e) when (Token.IsCancellationRequested)
        {
            _end.TrySetFromTask(Cancellation.EndAsync<T>(Cancellation.By(e, Token)));
        }
        catch (Exception e)
        {
            Fail(e);
        }
    }

    protected override void Cancel() => _end.TrySetCanceled(Token);

    protected override void Fail(Exception fault)
    {
        if (!_end.TrySetException(fault) && onLateFault is not null) Unhandled.Call(onLateFault, fault);
    }
}
