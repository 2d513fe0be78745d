namespace AsyncKit.Http;

/// <summary>Cuts an attempt when its limit passes, or when the caller cancels.</summary>
/// <remarks>
/// <para>What <c>Timeouts.RunAsync</c> promises, for the one place where it would cost more than the work: there are
/// two limits on each of thousands of requests a second, and hardly ever does one pass. So the source and the timer are
/// used again, and the timer is not set anew for each: it comes for a limit that has moved meanwhile, looks, and is set
/// again.
/// </para>
/// <para>Used by one flow of control; the timer and the caller may come at any moment.</para>
/// </remarks>
internal sealed class TimeCut(TimeProvider timeProvider) : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly long _start = timeProvider.GetTimestamp();

    // Guards the fields below. Moments are the time since the start.
    private readonly Lock _sync = new();
    private CancellationTokenRegistration _caller;
    private ITimer? _timer;
    private TimeSpan? _timerDue;
    private TimeSpan? _due;
    private bool _hasPassed;
    private AggregateException? _callbackFault;

    public CancellationToken Token => _source.Token;

    /// <summary>Whether a limit has passed.</summary>
    public bool HasPassed
    {
        get
        {
            lock (_sync) return _hasPassed;
        }
    }

    /// <summary>Whether the caller has cancelled: to be asked first, when both have come.</summary>
    public bool IsByCaller => _caller.Token.IsCancellationRequested;

    private TimeSpan Now => timeProvider.GetElapsedTime(_start);

    /// <summary>Begins to listen to a caller. There is no limit yet.</summary>
    public void Begin(CancellationToken cancellationToken) => _caller = cancellationToken.UnsafeRegister(
        static source => ((CancellationTokenSource)source!).Cancel(), _source);

    /// <summary>Sets the limit, from now; one that was set before is replaced.</summary>
    public void Limit(TimeSpan limit)
    {
        lock (_sync)
        {
            if (_hasPassed) return;
            TimeSpan now = Now;
            _due = now + limit;
            if (limit > TimeSpan.Zero)
            {
                SetTimer(now);
                return;
            }

            _hasPassed = true;
        }

        Cancel();
    }

    /// <summary>Ends the limit, and the listening.</summary>
    /// <returns>Whether it is as new, and may be used again.</returns>
    /// <exception cref="AggregateException">A callback of the token threw when the limit passed.</exception>
    public bool End()
    {
        bool isNew;
        lock (_sync)
        {
            _due = null;
            isNew = !_hasPassed;
        }

        // Not waited for: a caller that comes at this moment cancels what nobody listens to any more.
        isNew &= _caller.Token == CancellationToken.None || _caller.Unregister();
        _caller = default;
        if (_callbackFault is not null) throw _callbackFault;
        return isNew && _source.TryReset();
    }

    // Not the source, which has nothing to free: who cancels it may come at this very moment.
    public void Dispose() => _timer?.Dispose();

    private void SetTimer(TimeSpan now)
    {
        if (_timerDue <= _due) return;
        _timerDue = _due;

        TimeSpan delay = Moments.ToTimer(_due!.Value - now);
        if (_timer is not null) _timer.Change(delay, Timeout.InfiniteTimeSpan);
        else
        {
            _timer = timeProvider.CreateTimer(
                static cut => ((TimeCut)cut!).Look(), this, delay, Timeout.InfiniteTimeSpan);
        }
    }

    private void Look()
    {
        lock (_sync)
        {
            _timerDue = null;
            if (_due is null || _hasPassed) return;
            TimeSpan now = Now;
            if (now < _due)
            {
                SetTimer(now);
                return;
            }

            _hasPassed = true;
        }

        Cancel();
    }

    // On the thread of the timer nobody would hear of it, but the process would end.
    private void Cancel()
    {
        try
        {
            _source.Cancel();
        }
        catch (AggregateException e)
        {
            _callbackFault = e;
        }
    }
}
