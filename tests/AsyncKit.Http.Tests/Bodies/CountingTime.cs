namespace AsyncKit.Http.Tests.Bodies;

/// <summary>A clock that counts the timers that are made on it.</summary>
internal sealed class CountingTime(TimeProvider inner) : TimeProvider
{
    public int Timers { get; private set; }

    public override long TimestampFrequency => inner.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

    public override long GetTimestamp() => inner.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Timers++;
        return inner.CreateTimer(callback, state, dueTime, period);
    }
}
