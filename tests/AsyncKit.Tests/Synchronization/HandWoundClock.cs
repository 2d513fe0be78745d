namespace AsyncKit.Tests.Synchronization;

/// <summary>A clock that shows what it is set to, and whose one timer fires when it is told to: too late, or too early.
/// </summary>
internal sealed class HandWoundClock(long frequency = TimeSpan.TicksPerSecond) : TimeProvider
{
    private Action? _fire;

    public TimeSpan Now { get; set; }

    /// <summary>The time for which the timer was set last.</summary>
    public TimeSpan SetFor { get; private set; } = Timeout.InfiniteTimeSpan;

    public override long TimestampFrequency => frequency;

    public override long GetTimestamp() => (long)((Int128)Now.Ticks * frequency / TimeSpan.TicksPerSecond);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _fire = () => callback(state);
        return new Timer(this);
    }

    /// <summary>Fires the timer, if there is one.</summary>
    public void Fire() => _fire?.Invoke();

    private sealed class Timer(HandWoundClock clock) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(
                dueTime.TotalMilliseconds, uint.MaxValue - 1, nameof(dueTime));
            clock.SetFor = dueTime;
            return true;
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
