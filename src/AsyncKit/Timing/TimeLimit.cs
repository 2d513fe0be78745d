using System.Runtime.ExceptionServices;

namespace AsyncKit.Timing;

/// <summary>A token that is cancelled when a time has passed or the caller cancels.</summary>
/// <remarks>
/// Not a <see cref="CancellationTokenSource"/> with a delay: what a cancellation callback throws would come out of its
/// timer, with nobody to catch it, and end the process.
/// </remarks>
internal sealed class TimeLimit : IAsyncDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration _caller;
    private readonly ITimer? _timer;
    private ExceptionDispatchInfo? _callbackFault;

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

    /// <summary>Throws what a callback of the token threw when the time passed.</summary>
    public void ThrowCallbackFault() => _callbackFault?.Throw();

    // Awaited, not blocked on: a timer or a registration may be in the middle of its callback.
    public async ValueTask DisposeAsync()
    {
        if (_timer is not null) await _timer.DisposeAsync().ConfigureAwait(false);
        await _caller.DisposeAsync().ConfigureAwait(false);
        _source.Dispose();
    }

    private void Pass()
    {
        try
        {
            _source.Cancel();
        }
        catch (AggregateException e)
        {
            _callbackFault = ExceptionDispatchInfo.Capture(e.InnerException ?? e);
        }
    }
}
