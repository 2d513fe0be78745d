using AsyncKit.Errors;
using AsyncKit.Timing;

namespace AsyncKit.Concurrency;

/// <summary>What the body and the children of a group have in common: who still runs, the token, and what went wrong.
/// </summary>
/// <remarks>It counts the children and does not list them, so that one that has ended is forgotten.</remarks>
internal sealed class GroupScope : IAsyncDisposable
{
    private readonly TaskGroupOptions _options;
    private readonly TimeLimit _limit;
    private readonly CancellationToken _callerToken;
    private readonly Faults _faults;

    // Completed by who leaves last, and continued there: what follows is ours, and short.
    private readonly TaskCompletionSource _allLeft = new();
    private readonly Presence _presence = new();
    private OperationCanceledException? _cut;
    private bool _wasCut;
    private string? _reason;

    public GroupScope(TaskGroupOptions options, CancellationToken callerToken)
    {
        _options = options;
        _callerToken = callerToken;
        _faults = new Faults(options.Policy is TaskGroupPolicy.CollectAll ? options.MaxErrors : int.MaxValue);
        _limit = new TimeLimit(Deadline.After(options.Timeout, options.TimeProvider), callerToken);
        Token = _limit.Token;
    }

    /// <summary>The token of the children. Kept, for it may be asked for when its source is disposed.</summary>
    public CancellationToken Token { get; }

    public int ChildCount => _presence.ChildCount;

    /// <summary>Counts a child, unless all have left.</summary>
    public bool TryEnter() => _presence.TryEnter();

    /// <summary>The body has ended.</summary>
    public void LeaveAsBody()
    {
        if (_presence.LeaveAsBody()) _allLeft.SetResult();
    }

    /// <summary>A child that entered leaves when its task has ended, and tells how.</summary>
    // What is watched has a method of its own: the lambda here would keep it also where there is none.
    public void LeaveWith(Task child, string? name, WatchedChild? watched)
    {
        if (watched is not null) LeaveWatched(child, name, watched);
        else LeaveWith(child, name);
    }

    /// <summary>The same for a child of which all has been told when its task ends.</summary>
    public TTask LeaveAfter<TTask>(TTask child)
        where TTask : Task
    {
        if (child.IsCompleted) ObserveAndLeave(child);
        else child.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => ObserveAndLeave(child));
        return child;
    }

    /// <summary>Takes how a child ended.</summary>
    public void TakeFromChild(Task child, string? name)
    {
        if (child.Exception is { } faults)
        {
            foreach (Exception fault in faults.InnerExceptions) TakeFromChild(fault, name);
        }
        else if (child.IsCanceled && Volatile.Read(ref _cut) is null)
            TakeFromChild(Settled.FromTask(child).Exception!, name);
    }

    /// <summary>Takes that a child was cancelled before it began.</summary>
    public void TakeCut(OperationCanceledException cancellation)
    {
        _wasCut = true;
        Interlocked.CompareExchange(ref _cut, cancellation, null);
    }

    /// <summary>A child that entered is not begun any more.</summary>
    public void Skip()
    {
        _wasCut = true;
        Leave();
    }

    /// <summary>Takes what the body threw. It may be what a child threw that it awaited.</summary>
    public void TakeFromBody(Exception exception)
    {
        if (TryTakeCut(exception)) return;
        _faults.AddOnce(exception);
        if (_options.Policy is not TaskGroupPolicy.CollectAll) BeginCancel();
    }

    public void Cancel(string reason)
    {
        // The reason counts only for who is still inside: a group that has ended keeps its value.
        if (Token.IsCancellationRequested || !_presence.TryEnterAsOther()) return;
        Interlocked.CompareExchange(ref _reason, reason, null);
        _ = CancelAsync();
    }

    /// <summary>Waits until all have left, and for the callbacks of the token.</summary>
    public async ValueTask DisposeAsync()
    {
        await _allLeft.Task.ConfigureAwait(false);
        await _limit.EndAsync(_faults).ConfigureAwait(false);
    }

    /// <summary>Ends the task of the group as the group has ended.</summary>
    public void Complete<T>(TaskCompletionSource<T> completion, T? value, string group)
    {
        if (_faults.Any && _options.Policy is TaskGroupPolicy.CollectAll) _faults.FailCollected(completion);
        else if (_faults.Any) _faults.Fail(completion);
        else if (!_wasCut && _reason is null) completion.SetResult(value!);
        else if (_callerToken.IsCancellationRequested)
            Cancellation.Cancel(completion, Cancellation.By(_cut, _callerToken));
        else if (_reason is not null)
            Cancellation.Cancel(completion, new OperationCanceledException(_reason, _cut, Token));
        else
        {
            completion.SetException(new TimeoutException(
                $"{group} was cancelled because its limit of {_options.Timeout} had passed.", _cut));
        }
    }

    private void Leave()
    {
        if (_presence.Leave()) _allLeft.SetResult();
    }

    private void LeaveWith(Task child, string? name)
    {
        if (child.IsCompleted) TakeAndLeave(child, name);
        else child.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(() => TakeAndLeave(child, name));
    }

    private void LeaveWatched(Task child, string? name, WatchedChild watched)
    {
        if (child.IsCompleted) EndAndLeave();
        else child.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(EndAndLeave);

        void EndAndLeave()
        {
            watched.Dispose();
            TakeAndLeave(child, name);
        }
    }

    private void TakeAndLeave(Task child, string? name)
    {
        if (!child.IsCompletedSuccessfully) TakeFromChild(child, name);
        Leave();
    }

    // A fault that has been told is not unobserved.
    private void ObserveAndLeave(Task child)
    {
        _ = child.Exception;
        Leave();
    }

    // It may be what another child threw that this one awaited.
    private void TakeFromChild(Exception exception, string? name)
    {
        if (TryTakeCut(exception)) return;
        if (_options.OnChildFault is { } onChildFault)
        {
            Unhandled.Call(fault => onChildFault(fault, name), exception);
            return;
        }

        _faults.AddOnce(exception);
        if (_options.Policy is TaskGroupPolicy.FailFast) BeginCancel();
    }

    private bool TryTakeCut(Exception exception)
    {
        if (exception is not OperationCanceledException cancelled || !Token.IsCancellationRequested) return false;
        TakeCut(cancelled);
        return true;
    }

    // The callbacks of the token run elsewhere, not where a child has just ended; the group waits for them.
    private void BeginCancel()
    {
        if (!Token.IsCancellationRequested && _presence.TryEnterAsOther()) _ = CancelAsync();
    }

    private async Task CancelAsync()
    {
        try
        {
            await _limit.CancelAsync().ConfigureAwait(false);
        }
        catch (AggregateException e)
        {
            _faults.AddAll(e);
        }

        if (_presence.LeaveAsOther()) _allLeft.SetResult();
    }
}
