namespace AsyncKit.Testing;

/// <summary>A read or a write that waits. Whoever takes it out of its link completes it, without a lock.</summary>
internal sealed class LinkWait<T>(Memory<byte> buffer, TaskCreationOptions options)
{
    private readonly TaskCompletionSource<T> _done = new(options);

    // Guards the fields below.
    private readonly Lock _sync = new();
    private ITimer? _timer;
    private CancellationTokenRegistration _cancellation;
    private bool _isOver;

    /// <summary>Where a read wants its bytes.</summary>
    public Memory<byte> Buffer { get; } = buffer;

    public Task<T> Task => _done.Task;

    /// <summary>Gives it the timer that wakes it, in place of the one before.</summary>
    public void Attach(ITimer timer)
    {
        ITimer? useless = timer;
        lock (_sync)
        {
            if (!_isOver) (_timer, useless) = (timer, _timer);
        }

        useless?.Dispose();
    }

    public void Attach(CancellationTokenRegistration cancellation)
    {
        lock (_sync)
        {
            _cancellation = cancellation;
            if (!_isOver) return;
        }

        cancellation.Unregister();
    }

    public void Complete(T result)
    {
        End();
        _done.TrySetResult(result);
    }

    public void Fail(Exception fault)
    {
        End();
        _done.TrySetException(fault);
    }

    public void Cancel(CancellationToken cancellationToken)
    {
        End();
        _done.TrySetCanceled(cancellationToken);
    }

    private void End()
    {
        lock (_sync) _isOver = true;
        _timer?.Dispose();
        _cancellation.Unregister();
    }
}
