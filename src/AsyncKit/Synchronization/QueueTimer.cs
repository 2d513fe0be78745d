namespace AsyncKit.Synchronization;

/// <summary>The one timer of a queue: it is set for the soonest moment at which something is due there.</summary>
/// <remarks>
/// It is set again only for something sooner, and stopped when nothing is due: of 100 waits with the same limit, the
/// first sets it and the last stops it. When it fires and the moment is not there yet, or nothing is, it is set again.
/// </remarks>
internal sealed class QueueTimer
{
    private readonly WaitQueue _queue;
    private readonly ITimer _timer;

    // Guarded by the gate of the queue.
    private long _setFor = long.MaxValue;
    private bool _isBeingSet;

    // The system's timers cut off what is less than a millisecond, and would fire too soon, again and again. Other
    // clocks, such as those of tests, may be exact.
    private bool _isCoarse;

    public QueueTimer(WaitQueue queue)
    {
        _queue = queue;
        _isCoarse = queue.TimeProvider == TimeProvider.System;

        // It belongs to the queue, not to who waited there first.
        using AsyncFlowControl? suppressed =
            ExecutionContext.IsFlowSuppressed() ? null : ExecutionContext.SuppressFlow();
        _timer = queue.TimeProvider.CreateTimer(
            static timer => ((QueueTimer)timer!).Fire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether it has to be set sooner, or stopped. Asked under the gate.</summary>
    public bool IsWrongFor(long due) => due < _setFor || (due is long.MaxValue && _setFor is not long.MaxValue);

    /// <summary>Sets it right. Not under the gate: the clock may be anybody's, and may fail.</summary>
    /// <remarks>
    /// One thread at a time sets it, and looks again when it is done. If each set it by itself, an earlier decision
    /// could be carried out after a later one.
    /// </remarks>
    public void SetRight()
    {
        while (TryBegin(out long due))
        {
            var isSet = false;
            try
            {
                isSet = Uninterrupted.Do((Timer: this, Due: due), static work => work.Timer.Set(work.Due));
            }
            finally
            {
                End(isSet);
            }
        }
    }

    /// <summary>Sets it right when some waits have ended: it may have to be stopped.</summary>
    public void Stop()
    {
        try
        {
            SetRight();
        }
        catch (Exception)
        {
            // Of a clock of somebody's. A timer that is not stopped fires once for nothing; who releases is not to
            // blame, and must not fail.
        }
    }

    private bool TryBegin(out long due)
    {
        _queue.Enter();
        due = _queue.Due;
        bool begins = !_isBeingSet && IsWrongFor(due);
        if (begins)
        {
            _isBeingSet = true;
            _setFor = due;
        }

        _queue.Exit();
        return begins;
    }

    private void End(bool isSet)
    {
        _queue.Enter();
        _isBeingSet = false;
        if (!isSet) _setFor = long.MaxValue;
        _queue.Exit();
    }

    private bool Set(long due)
    {
        TimeProvider clock = _queue.TimeProvider;
        TimeSpan left = due is long.MaxValue
            ? Timeout.InfiniteTimeSpan
            : WaitLimits.TimeBetween(clock.GetTimestamp(), due, clock);

        if (_isCoarse && due is not long.MaxValue) left = WaitLimits.InMilliseconds(left);
        _timer.Change(left, Timeout.InfiniteTimeSpan);
        return true;
    }

    private void Fire()
    {
        long now = _queue.TimeProvider.GetTimestamp();
        _queue.Enter();
        if (_setFor is not long.MaxValue && now < _setFor) _isCoarse = true;
        _setFor = long.MaxValue;
        _queue.Exit();
        _queue.EndOverdue();
        SetRight();
    }
}
