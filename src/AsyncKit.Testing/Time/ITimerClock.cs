namespace AsyncKit.Testing;

/// <summary>The clock that a timer belongs to.</summary>
internal interface ITimerClock
{
    bool Schedule(ManualTimer timer, TimeSpan dueTime, TimeSpan period);

    void Remove(ManualTimer timer);
}
