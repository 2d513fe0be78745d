using AsyncKit.Testing;

namespace AsyncKit.Tests.Contracts.Waits;

/// <summary>A clock that the test moves, and that knows how many of its timers are set.</summary>
internal sealed class CountedClock : TimeProvider
{
    private readonly ManualTimeProvider _clock = new();
    private int _set;

    /// <summary>How many timers are set to fire.</summary>
    public int TimersSet => Volatile.Read(ref _set);

    public override long TimestampFrequency => _clock.TimestampFrequency;

    public void Advance(TimeSpan delta) => _clock.Advance(delta);

    public override long GetTimestamp() => _clock.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => _clock.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new CountedTimer(this);
        timer.Inner = _clock.CreateTimer(
            late =>
            {
                if (period == Timeout.InfiniteTimeSpan) timer.Set(false);
                callback(late);
            },
            state,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class CountedTimer(CountedClock clock) : ITimer
    {
        private int _isSet;

        public ITimer? Inner { get; set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Set(dueTime != Timeout.InfiniteTimeSpan);
            return Inner!.Change(dueTime, period);
        }

        public void Dispose()
        {
            Set(false);
            Inner!.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Set(false);
            return Inner!.DisposeAsync();
        }

        public void Set(bool isSet)
        {
            int now = isSet ? 1 : 0;
            int was = Interlocked.Exchange(ref _isSet, now);
            Interlocked.Add(ref clock._set, now - was);
        }
    }
}
