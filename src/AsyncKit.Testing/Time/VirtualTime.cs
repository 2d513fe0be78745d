using System.Diagnostics;
using System.Globalization;

namespace AsyncKit.Testing;

/// <summary>The clock of a <see cref="TestEnv"/>: it stands still while anything of the test can run.</summary>
/// <remarks>
/// <para>When nothing can run it jumps to the next timer, unless the test moves it itself:
/// <see cref="AutoAdvance.Manual"/>. Reading it never moves it.</para>
/// <para><b>Order.</b> Timers fire in the order they are due, those due at the same moment in the order they were
/// started. While a callback runs the clock shows the moment its timer was due; a periodic timer fires once for each
/// period. A callback is a step of the strand that made the timer.</para>
/// <para>Thread-safe. When the test has ended the clock stands still, and no timer of it fires any more.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}, Timers = {_timers.Count}")]
public sealed class VirtualTime : TimeProvider, ITimerClock
{
    private readonly Scheduler _scheduler;
    private readonly DateTimeOffset _start;

    // The lock of the scheduler guards the fields below, and those of the timers.
    private readonly TimerQueue _timers = new();
    private readonly List<TimeMove> _moves = [];
    private TimeSpan _elapsed;
    private TimeSpan _wallClockOffset;

    internal VirtualTime(Scheduler scheduler, DateTimeOffset start, TimeZoneInfo localTimeZone)
    {
        _scheduler = scheduler;
        _start = start.ToUniversalTime();
        LocalTimeZone = localTimeZone;
    }

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone { get; }

    /// <summary>Ticks of 100 nanoseconds: 10 million a second.</summary>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How many timers wait to fire.</summary>
    public int TimerCount
    {
        get
        {
            using (_scheduler.Sync.Enter()) return _timers.Count;
        }
    }

    /// <summary>Whether the clock may jump to a timer although steps can run: not where the test moves it, which is to
    /// be done when nothing else can run.</summary>
    internal bool MayJump
    {
        get
        {
            // Read without the lock, for most runs have no timer: whoever acts on it looks again.
            if (_timers.Count is 0) return false;
            using (_scheduler.Sync.Enter()) return _timers.Count > 0 && _moves.Count is 0;
        }
    }

    internal TimeSpan Elapsed
    {
        get
        {
            using (_scheduler.Sync.Enter()) return _elapsed;
        }
    }

    /// <summary>The moment the clock shows, in UTC.</summary>
    /// <returns>The moment.</returns>
    public override DateTimeOffset GetUtcNow()
    {
        using (_scheduler.Sync.Enter()) return _start + _elapsed + _wallClockOffset;
    }

    /// <summary>The time passed on this clock, in ticks of 100 nanoseconds.</summary>
    /// <returns>Ticks that begin with those of the start time, as no real clock begins with zero.</returns>
    public override long GetTimestamp()
    {
        using (_scheduler.Sync.Enter()) return _start.Ticks + _elapsed.Ticks;
    }

    /// <summary>Makes a timer that fires when this clock comes to its time.</summary>
    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="dueTime"/> or <paramref name="period"/> is negative, and not infinite, or longer than a timer
    /// can be.
    /// </exception>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, callback, state) { Strand = Gate.Current ?? _scheduler.Root };
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock forward, timer by timer, with all that each of them sets in motion.</summary>
    /// <param name="delta">How far: zero or more. With zero, what can run now runs.</param>
    /// <returns>A task that completes when the clock is there and nothing else can run.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="delta"/> is negative, or goes beyond the end of the calendar.
    /// </exception>
    public Task AdvanceAsync(TimeSpan delta)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delta, TimeSpan.Zero);
        TimeSpan elapsed = Elapsed;
        TimeSpan room = DateTimeOffset.MaxValue - (_start + elapsed);
        if (delta > room)
        {
            throw new ArgumentOutOfRangeException(
                nameof(delta), delta, $"The clock can be moved by {room} at most, to the end of the calendar.");
        }

        return MoveToAsync(elapsed + delta);
    }

    /// <summary>Moves the clock forward to the next timer, with all that it sets in motion.</summary>
    /// <returns>A task that completes when the timer has fired and nothing else can run.</returns>
    /// <exception cref="InvalidOperationException">No timer waits.</exception>
    public Task AdvanceToNextTimerAsync()
    {
        TimeSpan? due;
        using (_scheduler.Sync.Enter()) due = _timers.NextDue;
        return MoveToAsync(due ?? throw new InvalidOperationException(
            "There is no timer to move the clock to: nothing waits for a time."));
    }

    /// <summary>
    /// Sets the wall clock, forward or back, as an administrator does: timers and timestamps are not affected.
    /// </summary>
    /// <param name="value">The moment the clock shows from now on.</param>
    public void AdjustTime(DateTimeOffset value)
    {
        using (_scheduler.Sync.Enter()) _wallClockOffset = value - _start - _elapsed;
    }

    /// <summary>The moment the clock shows.</summary>
    /// <returns>For example <c>2000-01-01T00:00:00.000</c>.</returns>
    public override string ToString() =>
        GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fff", CultureInfo.InvariantCulture);

    bool ITimerClock.Schedule(ManualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        using (_scheduler.Sync.Enter())
        {
            if (timer.IsDisposed) return false;
            _timers.Remove(timer);
            timer.Version++;
            timer.Period = period;
            if (dueTime == Timeout.InfiniteTimeSpan || _scheduler.IsOver) return true;
            _timers.Add(timer, _elapsed + dueTime);
            if (dueTime == TimeSpan.Zero) Fire();
            else _scheduler.Sleep.Wake();
            return true;
        }
    }

    void ITimerClock.Remove(ManualTimer timer)
    {
        using (_scheduler.Sync.Enter())
        {
            timer.IsDisposed = true;
            timer.Version++;
            _timers.Remove(timer);
        }
    }

    /// <summary>On the pump, when nothing can run: moves on to what comes next.</summary>
    /// <param name="mayJump">Whether to the next timer too, or only as far as the test moves the clock.</param>
    /// <returns>Whether there was anything to move on to.</returns>
    internal bool MoveOn(bool mayJump)
    {
        TimeMove? done;
        using (_scheduler.Sync.Enter())
        {
            TimeMove? move = _moves.MinBy(static move => move.Target);
            TimeSpan? due = _timers.NextDue;
            if (due is not null && (move is null ? mayJump : due <= move.Target))
            {
                if (due > _elapsed) _elapsed = due.Value;
                Fire();
                return true;
            }

            if (move is null) return false;
            if (move.Target > _elapsed) _elapsed = move.Target;
            _moves.Remove(move);
            done = move;
        }

        done.Complete();
        return true;
    }

    /// <summary>The timers that wait, in the order in which they fire.</summary>
    internal IReadOnlyList<(TimeSpan Due, string What)> Waiting()
    {
        using (_scheduler.Sync.Enter()) return [.. _timers.InOrder.Select(static timer => (timer.Due, timer.Name))];
    }

    private void Fire()
    {
        while (_timers.TakeDue(_elapsed, out _) is { } timer) _scheduler.AddReady(new TimerStep(timer.Strand!, timer));
    }

    private Task MoveToAsync(TimeSpan target)
    {
        var move = new TimeMove(target);
        using (_scheduler.Sync.Enter())
        {
            _moves.Add(move);
            _scheduler.Sleep.Wake();
        }

        return move.Task;
    }
}
