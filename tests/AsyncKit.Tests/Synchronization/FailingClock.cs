using AsyncKit.Testing;

namespace AsyncKit.Tests.Synchronization;

/// <summary>A clock that the test moves, and of which some calls fail: the time, a new timer, or the change of one.
/// </summary>
internal sealed class FailingClock : TimeProvider
{
    private readonly ManualTimeProvider _clock = new();
    private Func<Exception>? _fault;
    private int _first;
    private int _last;
    private int _calls;

    public override long TimestampFrequency => _clock.TimestampFrequency;

    /// <summary>Lets calls fail that are to come, the first of which is number one.</summary>
    public void Fail(int first, int count, Func<Exception> fault)
    {
        _first = first;
        _last = count is int.MaxValue ? count : first + count - 1;
        _fault = fault;
    }

    /// <summary>Lets no more calls fail.</summary>
    /// <returns>Whether one has.</returns>
    public bool FailNoMore()
    {
        _fault = null;
        return _calls >= _first;
    }

    public void Advance(TimeSpan delta) => _clock.Advance(delta);

    public override long GetTimestamp()
    {
        FailIfItIsTime();
        return _clock.GetTimestamp();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        FailIfItIsTime();
        return new FailingTimer(this, _clock.CreateTimer(callback, state, dueTime, period));
    }

    private void FailIfItIsTime()
    {
        if (_fault is null || ++_calls < _first || _calls > _last) return;
        throw _fault();
    }

    private sealed class FailingTimer(FailingClock clock, ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock.FailIfItIsTime();
            return timer.Change(dueTime, period);
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
