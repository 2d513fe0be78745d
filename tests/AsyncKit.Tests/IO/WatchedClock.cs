using AsyncKit.Testing;

namespace AsyncKit.Tests.IO;

/// <summary>A clock that the test moves, and that tells whether anybody waits for it.</summary>
internal sealed class WatchedClock : TimeProvider
{
    private readonly ManualTimeProvider _clock = new();
    private int _armed;

    /// <summary>Whether a timer will fire when the clock moves on.</summary>
    public bool IsWaitedFor => Volatile.Read(ref _armed) > 0;

    public override long TimestampFrequency => _clock.TimestampFrequency;

    public void Advance(TimeSpan time) => _clock.Advance(time);

    public override DateTimeOffset GetUtcNow() => _clock.GetUtcNow();

    public override long GetTimestamp() => _clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new WatchedTimer(this, callback, state, dueTime, period);

    // Of one that does not repeat.
    private sealed class WatchedTimer : ITimer
    {
        private readonly WatchedClock _clock;
        private readonly ITimer _timer;
        private int _isArmed;

        public WatchedTimer(
            WatchedClock clock, TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _clock = clock;
            _timer = clock._clock.CreateTimer(
                now =>
                {
                    Set(isArmed: false);
                    callback(now);
                },
                state,
                Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan);
            Change(dueTime, period);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Set(isArmed: dueTime != Timeout.InfiniteTimeSpan);
            return _timer.Change(dueTime, period);
        }

        public void Dispose()
        {
            Set(isArmed: false);
            _timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Set(isArmed: false);
            return _timer.DisposeAsync();
        }

        private void Set(bool isArmed)
        {
            int now = isArmed ? 1 : 0;
            Interlocked.Add(ref _clock._armed, now - Interlocked.Exchange(ref _isArmed, now));
        }
    }
}
