namespace AsyncKit.Diagnostics;

/// <summary>A piece of work that does nothing, to see when the thread pool begins it.</summary>
internal sealed class PoolProbe : IThreadPoolWorkItem
{
    // Guards the fields below, and is pulsed when it has begun, or nobody is to wait any more.
    private readonly object _sync = new();
    private long _queued;
    private long _begun;
    private bool _hasBegun;
    private bool _isStopped;

    /// <summary>How late it was begun, or how late it is until now.</summary>
    public TimeSpan Latency
    {
        get
        {
            lock (_sync)
            {
                return _hasBegun
                    ? TimeProvider.System.GetElapsedTime(_queued, _begun)
                    : TimeProvider.System.GetElapsedTime(_queued);
            }
        }
    }

    /// <summary>Queues it, once it was begun the last time.</summary>
    public void Queue()
    {
        lock (_sync)
        {
            _hasBegun = false;
            _queued = TimeProvider.System.GetTimestamp();
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>From any thread: ends all waits, now and later.</summary>
    public void Stop()
    {
        lock (_sync)
        {
            _isStopped = true;
            Monitor.PulseAll(_sync);
        }
    }

    /// <summary>Waits until it is begun, but not longer than a time.</summary>
    /// <returns>Whether it is begun.</returns>
    public bool WaitUntilBegun(TimeSpan time)
    {
        lock (_sync)
        {
            PulsedWait.Until(_sync, time, this, static probe => probe._hasBegun || probe._isStopped);
            return _hasBegun;
        }
    }

    /// <summary>Waits for a time.</summary>
    /// <returns>Whether it has passed, and nobody has stopped the waits.</returns>
    public bool Pause(TimeSpan time)
    {
        lock (_sync) return !PulsedWait.Until(_sync, time, this, static probe => probe._isStopped);
    }

    /// <inheritdoc/>
    public void Execute()
    {
        lock (_sync)
        {
            _begun = TimeProvider.System.GetTimestamp();
            _hasBegun = true;
            Monitor.PulseAll(_sync);
        }
    }
}
