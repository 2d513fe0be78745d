using AsyncKit.Errors;

namespace AsyncKit.Concurrency;

/// <summary>A wait for tasks, the first fault of which cancels the others.</summary>
internal sealed class AllOrCancel<TResult>
{
    private readonly TaskCompletionSource<TResult> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Faults _faults = new();
    private readonly CancellationTokenSource _source;
    private OperationCanceledException? _cut;

    private AllOrCancel(CancellationTokenSource source) => _source = source;

    public static Task<TResult> WaitAsync(Task[] tasks, CancellationTokenSource source, Func<TResult> result)
    {
        var wait = new AllOrCancel<TResult>(source);
        _ = wait.CompleteAsync(tasks, result, source.Token);
        return wait._completion.Task;
    }

    private async Task CompleteAsync(Task[] tasks, Func<TResult> result, CancellationToken token)
    {
        await Task.WhenAll(Array.ConvertAll(tasks, FollowAsync)).ConfigureAwait(false);
        if (_faults.Any) _faults.Fail(_completion);
        else if (_cut is not null) Cancellation.Cancel(_completion, Cancellation.By(_cut, token));
        else _completion.SetResult(result());
    }

    private async Task FollowAsync(Task task)
    {
        await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (task.IsCompletedSuccessfully) return;
        Settled end = Settled.FromTask(task);
        if (end.Exception is OperationCanceledException cut && _source.IsCancellationRequested)
        {
            Interlocked.CompareExchange(ref _cut, cut, null);
            return;
        }

        foreach (Exception fault in task.Exception?.InnerExceptions ?? [end.Exception!]) _faults.AddOnce(fault);
        await CancelAsync().ConfigureAwait(false);
    }

    private async Task CancelAsync()
    {
        try
        {
            await _source.CancelAsync().ConfigureAwait(false);
        }
        catch (AggregateException e)
        {
            _faults.AddAll(e);
        }
        catch (ObjectDisposedException e)
        {
            // It is the caller's: tasks that fail after it was disposed have nobody to cancel.
            _faults.AddOnce(e);
        }
    }
}
