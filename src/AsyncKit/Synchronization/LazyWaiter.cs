namespace AsyncKit.Synchronization;

/// <summary>A caller that waits for the value of an <see cref="AsyncLazy{T}"/>, and its name in reports.</summary>
internal sealed class LazyWaiter<T> : TaskCompletionSource<T>
{
    private readonly AsyncLazy<T> _lazy;
    private readonly long _number;
    private readonly CancellationToken _cancellationToken;
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private CancellationTokenRegistration _registration;

    public LazyWaiter(AsyncLazy<T> lazy, long number, CancellationToken cancellationToken)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        _lazy = lazy;
        _number = number;
        _cancellationToken = cancellationToken;
        Place = new LinkedListNode<LazyWaiter<T>>(this);
    }

    /// <summary>Its place among those who wait, so that it can leave without a search.</summary>
    public LinkedListNode<LazyWaiter<T>> Place { get; }

    /// <summary>Ends the wait when its token is cancelled. Called once it stands among those who wait.</summary>
    public void ListenToToken()
    {
        if (!_cancellationToken.CanBeCanceled) return;
        try
        {
            _registration = _cancellationToken.UnsafeRegister(
                static waiter => ((LazyWaiter<T>)waiter!).Leave(), this);
        }
        catch (Exception e)
        {
            // No memory, or interrupted. The factory runs, and somebody may wait for it: only this wait ends.
            if (_lazy.TryLeave(this)) SetException(e);
            else if (e is ThreadInterruptedException) Thread.CurrentThread.Interrupt();
        }

        // The end may have come before there was anything to unregister. It looks after it has completed the task, so
        // one of the two sees what the other did.
        Interlocked.MemoryBarrier();
        if (Task.IsCompleted) StopListening();
    }

    /// <summary>Gets what a run ended with. Called by whoever took it from those who wait.</summary>
    public void End(Task<T> ended)
    {
        SetFromTask(ended);
        StopListening();
    }

    /// <summary>Starts something with the <see cref="AsyncLocal{T}"/> values of this caller.</summary>
    public void InItsContext(Action start)
    {
        if (_context is not null)
        {
            ExecutionContext.Run(_context, static start => ((Action)start!)(), start);
            return;
        }

        using AsyncFlowControl? suppressed =
            ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
        start();
    }

    public override string ToString() => $"waiter {_number} of {_lazy}";

    // Not disposed: that would block until a callback that has begun is over.
    private void StopListening() =>
        Uninterrupted.Do(_registration, static registration => registration.Unregister());

    private void Leave()
    {
        if (_lazy.TryLeave(this)) SetCanceled(_cancellationToken);
    }
}
