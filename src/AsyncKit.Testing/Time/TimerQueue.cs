namespace AsyncKit.Testing;

/// <summary>The waiting timers of a clock, in the order in which they fire. The lock of the clock guards it.</summary>
internal sealed class TimerQueue
{
    private readonly SortedSet<ManualTimer> _timers = new(ManualTimer.ByDueTime);
    private long _started;

    public int Count => _timers.Count;

    /// <summary>When the next timer is due; <see langword="null"/>: none waits.</summary>
    public TimeSpan? NextDue => _timers.Min?.Due;

    public IEnumerable<ManualTimer> InOrder => _timers;

    /// <summary>Lets a timer wait; of those due at the same moment it comes last.</summary>
    public void Add(ManualTimer timer, TimeSpan due)
    {
        timer.Due = due;
        timer.Number = ++_started;
        _timers.Add(timer);
    }

    public void Remove(ManualTimer timer) => _timers.Remove(timer);

    /// <summary>Takes out the next timer, if it is due; a periodic one waits again at once.</summary>
    public ManualTimer? TakeDue(TimeSpan now, out TimeSpan due)
    {
        due = default;
        if (_timers.Min is not { } timer || timer.Due > now) return null;
        due = timer.Due;
        _timers.Remove(timer);
        if (timer.Period > TimeSpan.Zero) Add(timer, due + timer.Period);
        return timer;
    }
}
