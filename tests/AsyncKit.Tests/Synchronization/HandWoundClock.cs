namespace AsyncKit.Tests.Synchronization;

/// <summary>A clock that shows what it is set to, and whose one timer fires when it is told to: too late, or too early.
/// </summary>
internal sealed class HandWoundClock : TimeProvider
{
    private Action? _fire;

    public TimeSpan Now { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _fire = () => callback(state);
        return new Timer();
    }

    /// <summary>Fires the timer, if there is one.</summary>
    public void Fire() => _fire?.Invoke();

    private sealed class Timer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => default;
    }
}
