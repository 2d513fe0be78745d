using AsyncKit.Errors;

namespace AsyncKit.Timing;

/// <summary>A token that is cancelled when a deadline has passed or the caller cancels.</summary>
/// <remarks>
/// Not a <see cref="CancellationTokenSource"/> with a delay: what a cancellation callback throws would come out of its
/// timer, with nobody to catch it, and end the process.
/// </remarks>
internal sealed class TimeLimit : IAsyncDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration _caller;

    // Completed when the callbacks of the token have all run.
    private readonly TaskCompletionSource _passed = new();
    private AggregateException? _callbackFaults;

    // Guards the fields below: a deadline that is moved and one that passes decide here which came first.
    private readonly Lock _sync = new();
    private State _state;
    private Deadline _deadline;
    private ITimer? _timer;

    public TimeLimit(Deadline deadline, CancellationToken cancellationToken)
    {
        Move(deadline);
        _caller = cancellationToken.UnsafeRegister(
            static source => ((CancellationTokenSource)source!).Cancel(), _source);
    }

    private enum State : byte
    {
        Waiting,
        Passed,
        Ended,
    }

    public CancellationToken Token => _source.Token;

    public Deadline Deadline
    {
        get
        {
            lock (_sync) return _deadline;
        }
    }

    public bool HasPassed
    {
        get
        {
            lock (_sync) return _state is State.Passed;
        }
    }

    /// <summary>Lets another deadline hold from now on.</summary>
    /// <exception cref="InvalidOperationException">The deadline has passed, or the limit has ended.</exception>
    public void Move(Deadline deadline)
    {
        ITimer? replaced = null;
        lock (_sync)
        {
            if (_state is State.Passed)
            {
                throw new InvalidOperationException(
                    $"The limit of {_deadline.Timeout} has passed; it cannot be moved.");
            }

            if (_state is State.Ended)
                throw new InvalidOperationException("The work has ended; its limit cannot be moved any more.");
            if (deadline.TimeProvider != _deadline.TimeProvider) (replaced, _timer) = (_timer, null);
            _deadline = deadline;
        }

        replaced?.Dispose();
        Look();
    }

    /// <summary>Cancels the token before the deadline has passed, unless that happens just now.</summary>
    /// <exception cref="AggregateException">Callbacks of the token threw.</exception>
    public Task CancelAsync()
    {
        Close();
        return _source.CancelAsync();
    }

    /// <summary>Ends the limit, and tells what callbacks of the token threw when the deadline passed, or what a timer
    /// of somebody's throws.</summary>
    public async ValueTask EndAsync(Faults faults)
    {
        try
        {
            await DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            faults.Add(e);
        }

        if (_callbackFaults is not null) faults.AddAll(_callbackFaults);
    }

    // Awaited, not blocked on: a timer or a registration may be in the middle of its callback.
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        if (_timer is not null) await _timer.DisposeAsync().ConfigureAwait(false);
        await _caller.DisposeAsync().ConfigureAwait(false);
        _source.Dispose();
    }

    // When the work ends while the deadline passes, one of the two comes first: a deadline that comes later does
    // nothing, and one that came first is waited for. The work may even end inside Cancel, before the callbacks have
    // all run; what they throw would be missed by who looked at once.
    private async ValueTask StopAsync()
    {
        Close();
        if (HasPassed) await _passed.Task.ConfigureAwait(false);
    }

    private void Close()
    {
        lock (_sync)
        {
            if (_state is State.Waiting) _state = State.Ended;
        }
    }

    // Cancels if the deadline has passed, and has itself called again when it will have. A timer may come for a
    // deadline that has been moved meanwhile, or a little early by another clock than the deadline's.
    private void Look()
    {
        lock (_sync)
        {
            if (_state is not State.Waiting) return;
            TimeSpan remaining = _deadline.Remaining;
            if (remaining != TimeSpan.Zero)
            {
                SetTimer(remaining);
                return;
            }

            _state = State.Passed;
        }

        Cancel();
    }

    // Up to a whole millisecond, which is what timers count: never early.
    private void SetTimer(TimeSpan remaining)
    {
        if (_timer is null && remaining == Timeout.InfiniteTimeSpan) return;
        TimeSpan due = remaining.Ticks % TimeSpan.TicksPerMillisecond is 0
            ? remaining
            : TimeSpan.FromMilliseconds(Math.Ceiling(remaining.TotalMilliseconds));
        if (_timer is not null) _timer.Change(due, Timeout.InfiniteTimeSpan);
        else
        {
            _timer = _deadline.TimeProvider.CreateTimer(
                static limit => ((TimeLimit)limit!).Look(), this, due, Timeout.InfiniteTimeSpan);
        }
    }

    private void Cancel()
    {
        try
        {
            _source.Cancel();
        }
        catch (AggregateException e)
        {
            _callbackFaults = e;
        }

        _passed.SetResult();
    }
}
