using System.Runtime.ExceptionServices;

namespace AsyncKit.Timing;

/// <summary>A token that is cancelled when a time has passed or the caller cancels.</summary>
/// <remarks>
/// Not a <see cref="CancellationTokenSource"/> with a delay: what a cancellation callback throws would come out of its
/// timer, with nobody to catch it, and end the process.
/// </remarks>
internal sealed class TimeLimit : IAsyncDisposable
{
    private const int Waiting = 0;
    private const int Passing = 1;
    private const int Ended = 2;

    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration _caller;
    private readonly ITimer? _timer;

    // Completed when the callbacks of the token have all run.
    private readonly TaskCompletionSource _passed = new();
    private ExceptionDispatchInfo? _callbackFault;
    private int _state;

    public TimeLimit(TimeSpan time, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        _caller = cancellationToken.UnsafeRegister(
            static source => ((CancellationTokenSource)source!).Cancel(), _source);
        if (time == Timeout.InfiniteTimeSpan) return;
        if (time == TimeSpan.Zero)
        {
            _source.Cancel();
            return;
        }

        _timer = timeProvider.CreateTimer(
            static limit => ((TimeLimit)limit!).Pass(), this, time, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>Cancels the token before the time has passed, unless that happens just now.</summary>
    /// <exception cref="AggregateException">Callbacks of the token threw.</exception>
    public Task CancelAsync()
    {
        Interlocked.CompareExchange(ref _state, Ended, Waiting);
        return _source.CancelAsync();
    }

    /// <summary>Ends the limit, and throws what a callback of the token threw when the time passed.</summary>
    public async ValueTask EndAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _callbackFault?.Throw();
    }

    // Awaited, not blocked on: a timer or a registration may be in the middle of its callback.
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        if (_timer is not null) await _timer.DisposeAsync().ConfigureAwait(false);
        await _caller.DisposeAsync().ConfigureAwait(false);
        _source.Dispose();
    }

    // When the work ends while the time passes, one exchange settles which came first: a limit that came later does
    // nothing, and one that came first is waited for. The work may even end inside Cancel, before the callbacks
    // have all run; what they throw would be missed by who looked at once.
    private async ValueTask StopAsync()
    {
        if (Interlocked.CompareExchange(ref _state, Ended, Waiting) is Passing)
            await _passed.Task.ConfigureAwait(false);
    }

    private void Pass()
    {
        if (Interlocked.CompareExchange(ref _state, Passing, Waiting) is not Waiting) return;
        try
        {
            _source.Cancel();
        }
        catch (AggregateException e)
        {
            // One fault as itself; of several, none is dropped.
            _callbackFault = ExceptionDispatchInfo.Capture(e.InnerExceptions.Count is 1 ? e.InnerExceptions[0] : e);
        }

        _passed.SetResult();
    }
}
