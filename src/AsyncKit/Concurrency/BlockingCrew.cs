namespace AsyncKit.Concurrency;

/// <summary>The threads of a <see cref="BlockingRunner"/>, and the calls that they do or that wait for them.</summary>
internal sealed class BlockingCrew(BlockingRunner runner, BlockingRunnerOptions options)
{
    // Guards the fields below, and the places of the calls.
    private readonly object _sync = new();
    private readonly LinkedList<BlockingCall> _waiting = [];
    private readonly List<BlockingThread> _idle = [];
    private int _running;
    private int _unfinished;
    private int _maxThreads = options.MaxThreads;
    private TaskCompletionSource? _closed;

    private int _watched;

    /// <summary>What listeners know it by.</summary>
    public BlockingRunner Runner => runner;

    public int MaxThreads
    {
        get
        {
            lock (_sync) return _maxThreads;
        }
        set
        {
            lock (_sync) _maxThreads = value;
            StartWaiting();
        }
    }

    public int RunningCount
    {
        get
        {
            lock (_sync) return _running;
        }
    }

    public int WaitingCount
    {
        get
        {
            lock (_sync) return _waiting.Count;
        }
    }

    public int ThreadCount
    {
        get
        {
            lock (_sync) return _running + _idle.Count;
        }
    }

    /// <summary>Whether a call that comes now would have to wait.</summary>
    public bool IsFull
    {
        get
        {
            lock (_sync) return IsAtLimit;
        }
    }

    // Asked under the lock.
    private bool IsAtLimit => _running >= _maxThreads;

    /// <summary>A number for a call that listeners hear of.</summary>
    public int NextWatched() => Interlocked.Increment(ref _watched);

    /// <summary>Gives a call to a thread, or lets it wait for one.</summary>
    /// <returns>Whether it was taken: not after the end.</returns>
    public bool TryStart(BlockingCall call)
    {
        call.Watch();
        call.TellOfWait();
        if (!TryTake(call, out bool isWaiting, out BlockingThread? idle))
        {
            call.Withdraw();
            return false;
        }

        if (!isWaiting && !TryBegin(call, idle)) StartWaiting();

        // Before it was taken, nothing was known of it to cancel.
        if (call.IsCancellationRequested) Cancel(call);
        return true;
    }

    /// <summary>Takes no more calls, and sends the idle threads away.</summary>
    /// <returns>A task that completes when those have ended that somebody waits for.</returns>
    public Task CloseAsync()
    {
        BlockingThread[] idle;
        Task closed;
        lock (_sync)
        {
            _closed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (_unfinished is 0) _closed.TrySetResult();
            closed = _closed.Task;
            idle = [.. _idle];
            _idle.Clear();
        }

        foreach (BlockingThread thread in idle) thread.Tell(null);
        return closed;
    }

    /// <summary>On a thread whose call has come back: takes the next one, or makes the thread idle.</summary>
    /// <param name="thread">The thread.</param>
    /// <param name="ended">The call.</param>
    /// <param name="next">The next call; <see langword="null"/>: the thread is idle now.</param>
    /// <returns>Whether the thread is to stay.</returns>
    public bool TryStay(BlockingThread thread, BlockingCall ended, out BlockingCall? next)
    {
        using (new FirmLock(_sync))
        {
            _running--;
            if (ended.TryEnd()) CountDown();
            next = TakeWaiting();
            if (next is not null) return true;
            if (_closed is not null) return false;
            _idle.Add(thread);
            return true;
        }
    }

    /// <summary>On a thread that was idle for long: lets it go, unless it was just given a call.</summary>
    public bool TryRetire(BlockingThread thread)
    {
        using (new FirmLock(_sync)) return _idle.Remove(thread);
    }

    /// <summary>The token of a call was cancelled: it is not started any more, or left.</summary>
    public void Cancel(BlockingCall call)
    {
        lock (_sync)
        {
            if (call.Place is { } place)
            {
                _waiting.Remove(place);
                call.Place = null;
                call.TryEnd();
            }
            else if (!call.TryAbandon()) return;
            CountDown();
        }

        call.Drop();
    }

    private bool TryTake(BlockingCall call, out bool isWaiting, out BlockingThread? idle)
    {
        (isWaiting, idle) = (false, null);
        lock (_sync)
        {
            if (_closed is not null) return false;
            _unfinished++;
            call.Take();
            isWaiting = IsAtLimit;
            if (isWaiting) call.Place = _waiting.AddLast(call);
            else
            {
                _running++;
                idle = TakeIdle();
            }

            return true;
        }
    }

    private void StartWaiting()
    {
        while (true)
        {
            BlockingCall? next;
            BlockingThread? idle;
            lock (_sync)
            {
                next = TakeWaiting();
                if (next is null) return;
                idle = TakeIdle();
            }

            TryBegin(next, idle);
        }
    }

    // Where the system has no thread to give, the caller hears of it.
    private bool TryBegin(BlockingCall call, BlockingThread? idle)
    {
        try
        {
            if (idle is not null) idle.Tell(call);
            else new BlockingThread(this, options.IdleTimeout).Start(call, options.Name);
            return true;
        }
        catch (Exception e)
        {
            lock (_sync)
            {
                _running--;
                if (call.TryEnd()) CountDown();
            }

            call.Refuse(e);
            return false;
        }
    }

    // These hold the lock already.
    private BlockingCall? TakeWaiting()
    {
        if (IsAtLimit || _waiting.First is not { } first) return null;
        _waiting.RemoveFirst();
        first.Value.Place = null;
        _running++;
        return first.Value;
    }

    // The one that was busy last: the others come to their end.
    private BlockingThread? TakeIdle()
    {
        if (_idle is not [.., var last]) return null;
        _idle.RemoveAt(_idle.Count - 1);
        return last;
    }

    private void CountDown()
    {
        if (--_unfinished is 0) _closed?.TrySetResult();
    }
}
