namespace AsyncKit.Testing;

/// <summary>One who waits in a line. To be in the line decides: who takes it out of there completes it.</summary>
internal sealed class GateWaiter
{
    // A completed waiter goes on elsewhere: not inside the call that completed it.
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _sync;
    private CancellationTokenRegistration _cancellation;

    /// <summary>Joins the end of a line; the caller holds its lock.</summary>
    public GateWaiter(Lock sync, LinkedList<GateWaiter> line)
    {
        _sync = sync;
        Node = line.AddLast(this);
    }

    /// <summary>Its place in the line.</summary>
    public LinkedListNode<GateWaiter> Node { get; }

    /// <summary>Whether nobody has taken it out of the line yet; asked under the lock.</summary>
    public bool IsInLine => Node.List is not null;

    /// <summary>What it waits for: a number of arrivals, or a step.</summary>
    public int Number { get; init; }

    /// <summary>Called once, without the lock: a token that is cancelled by now calls back at once.</summary>
    /// <param name="cancellationToken">Takes it out of the line.</param>
    /// <param name="onCancelled">Called without the lock when it has left the line, before its task ends.</param>
    public Task WaitAsync(CancellationToken cancellationToken, Action? onCancelled = null)
    {
        if (!cancellationToken.CanBeCanceled) return _done.Task;
        CancellationTokenRegistration cancellation = cancellationToken.UnsafeRegister(
            (_, token) =>
            {
                if (!TryLeave()) return;
                onCancelled?.Invoke();
                _done.TrySetCanceled(token);
            },
            state: null);
        bool hasLeft;
        lock (_sync)
        {
            _cancellation = cancellation;
            hasLeft = !IsInLine;
        }

        // Completed before it knew its registration.
        if (hasLeft) cancellation.Unregister();
        return _done.Task;
    }

    /// <summary>Lets it through; the caller has taken it out of the line and holds no lock.</summary>
    public void Complete()
    {
        Unregister();
        _done.TrySetResult();
    }

    /// <summary>Fails it; the caller has taken it out of the line and holds no lock.</summary>
    public void Fail(Exception exception)
    {
        Unregister();
        _done.TrySetException(exception);
    }

    // Not Dispose, which waits for a callback that is running.
    private void Unregister()
    {
        CancellationTokenRegistration cancellation;
        lock (_sync) cancellation = _cancellation;
        cancellation.Unregister();
    }

    private bool TryLeave()
    {
        lock (_sync)
        {
            if (!IsInLine) return false;
            Node.List!.Remove(Node);
            return true;
        }
    }
}
