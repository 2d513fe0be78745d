namespace AsyncKit.Http;

/// <summary>Holds the permits of a request while the body of its answer is read.</summary>
/// <remarks>
/// Until the content is disposed of, read to its end, or has failed; and not for ever in the hands of somebody who does
/// none of these: after a time without a read they are given back. Who reads on later goes on without. Not left to a
/// finalizer: who waits for the permits makes no garbage, and would wait for a collection that does not come.
/// Thread-safe.
/// </remarks>
internal sealed class BodyPass : IDisposable
{
    private readonly HostPass _pass;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _timeProvider;
    private readonly ITimer? _timer;
    private long _lastRead;
    private bool _isGivenBack;

    public BodyPass(HostPass pass, TimeSpan patience, TimeProvider timeProvider)
    {
        (_pass, _patience, _timeProvider) = (pass, patience, timeProvider);
        _lastRead = timeProvider.GetTimestamp();
        _timer = timeProvider.CreateTimer(
            static pass => ((BodyPass)pass!).Look(), this, patience, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Somebody reads.</summary>
    public void Touch() => Volatile.Write(ref _lastRead, _timeProvider.GetTimestamp());

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isGivenBack, true)) return;
        _timer?.Dispose();
        _pass.Dispose();
    }

    // The timer is not set anew for each read: it looks whether there was one, and is set again.
    private void Look()
    {
        TimeSpan left = _patience - _timeProvider.GetElapsedTime(Volatile.Read(ref _lastRead));
        if (left <= TimeSpan.Zero) Dispose();
        else _timer?.Change(Moments.ToTimer(left), Timeout.InfiniteTimeSpan);
    }
}
