using System.Net;

namespace AsyncKit.Http;

/// <summary>Holds back the requests to a host that asked to be left alone.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class HostGate(HostGateOptions options, TimeProvider timeProvider, HostKey key, FetchLog log)
{
    private readonly long _started = timeProvider.GetTimestamp();

    // Guards the fields below. Moments are the time since the start.
    private readonly Lock _sync = new();
    private TimeSpan _pausedAt = TimeSpan.MinValue;
    private TimeSpan _opensAt = TimeSpan.MinValue;
    private TimeSpan _lastUnnamed;
    private HttpStatusCode _status;

    /// <summary>This moment, to be remembered when a request is sent.</summary>
    public TimeSpan Now => timeProvider.GetElapsedTime(_started);

    /// <summary>How long the host must still be left alone, and what it said; zero when it need not.</summary>
    public (TimeSpan Wait, HttpStatusCode Status) Pause
    {
        get
        {
            lock (_sync)
            {
                // Asked for at every request; the clock only when there was a pause.
                if (_opensAt == TimeSpan.MinValue) return default;
                TimeSpan wait = Subtract(_opensAt, Now);
                return wait > TimeSpan.Zero ? (wait, _status) : default;
            }
        }
    }

    /// <summary>Takes note that the host refused a request.</summary>
    /// <param name="status">What it said.</param>
    /// <param name="retryAfter">How long it asked for, if it did.</param>
    /// <param name="sentAt">When the request was sent.</param>
    public void Close(HttpStatusCode status, TimeSpan? retryAfter, TimeSpan sentAt)
    {
        TimeSpan wait;
        bool wasOpen;
        lock (_sync)
        {
            TimeSpan now = Now;
            wait = retryAfter ?? Unnamed(sentAt);
            TimeSpan opensAt = TimeSpan.MaxValue - now > wait ? now + wait : TimeSpan.MaxValue;
            if (opensAt <= _opensAt) return;
            wasOpen = _opensAt <= now;
            (_opensAt, _pausedAt, _status) = (opensAt, now, status);
        }

        // Of many refusals at a time, which each make it a little longer, the first is told.
        if (wasOpen && wait > TimeSpan.Zero) log.HostPaused(key, (int)status, wait);
    }

    /// <summary>Takes note that the host answered well.</summary>
    public void Open()
    {
        // Read without the lock: it is so after every good answer, and one that is missed is followed by another.
        if (_lastUnnamed == TimeSpan.Zero) return;
        lock (_sync) _lastUnnamed = TimeSpan.Zero;
    }

    private static TimeSpan Subtract(TimeSpan later, TimeSpan sooner) =>
        later == TimeSpan.MaxValue ? TimeSpan.MaxValue : later - sooner;

    // Of many requests that were under way when the host had enough, each brings a refusal: that is one event, and
    // doubles nothing.
    private TimeSpan Unnamed(TimeSpan sentAt)
    {
        if (_lastUnnamed > TimeSpan.Zero && sentAt < _pausedAt) return _lastUnnamed;
        TimeSpan next = _lastUnnamed == TimeSpan.Zero ? options.BaseDelay : _lastUnnamed * 2;
        return _lastUnnamed = next < options.MaxDelay ? next : options.MaxDelay;
    }
}
