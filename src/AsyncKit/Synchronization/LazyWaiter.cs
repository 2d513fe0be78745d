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

    /// <summary>Stands at the end of those who wait, until its token is cancelled. Called under their lock.</summary>
    /// <remarks>
    /// A token that was cancelled just now calls back inside of this. The lock is taken again then, by the same thread,
    /// and nobody has seen the task yet.
    /// </remarks>
    public void Enter(LinkedList<LazyWaiter<T>> waiters)
    {
        waiters.AddLast(Place);
        _registration = _cancellationToken.UnsafeRegister(
            static waiter => ((LazyWaiter<T>)waiter!).Leave(), this);
    }

    /// <summary>Gets what a run ended with. Called without the lock, by whoever took it from those who wait.</summary>
    public void End(Task<T> ended)
    {
        // Not disposed: that would block until a callback that has begun is over.
        _registration.Unregister();
        SetFromTask(ended);
    }

    /// <summary>Is cancelled. Called without the lock, by whoever took it from those who wait.</summary>
    public void Cancel() => SetCanceled(_cancellationToken);

    /// <summary>Starts something with the <see cref="AsyncLocal{T}"/> values of this caller.</summary>
    public void InItsContext(Action start)
    {
        if (_context is null) start();
        else ExecutionContext.Run(_context, static start => ((Action)start!)(), start);
    }

    public override string ToString() => $"waiter {_number} of {_lazy}";

    private void Leave() => _lazy.Leave(this);
}
