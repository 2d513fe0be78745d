using System.Diagnostics;
using System.Globalization;

namespace AsyncKit.Testing;

/// <summary>A clock that stands still until the test moves it.</summary>
/// <remarks>
/// <para>The members are named as those of <c>FakeTimeProvider</c> in Microsoft.Extensions.TimeProvider.Testing.</para>
/// <para><b>Order.</b> Moving the clock fires every timer on the way, in the order they are due, timers due at the same
/// moment in the order they were started. While a callback runs the clock shows the moment its timer was due, and a
/// periodic timer fires once for each period.</para>
/// <para><b>Where callbacks run.</b> On the thread that moves the clock, inside the call, with the
/// <see cref="ExecutionContext"/> of the code that made the timer and without a <see cref="SynchronizationContext"/>,
/// so that what awaits with <c>ConfigureAwait(false)</c> has gone on when the call returns. An exception of a callback
/// ends the call; the clock then shows the moment of that timer, and the timers after it fire when the clock is moved
/// again.</para>
/// <para>Thread-safe. No lock is held while a callback runs. Moves add up, those of other threads and those of
/// callbacks: a callback that moves the clock has moved it when its call returns, and what comes due by that fires
/// after the callback, however many do so.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}, Timers = {_timers.Count}")]
public sealed class ManualTimeProvider : TimeProvider, ITimerClock
{
    // The clock whose timers this thread is firing. What comes due under one of its callbacks is left to the loop that
    // called it: firing from inside, 100,000 timers would go 100,000 frames deep.
    [ThreadStatic]
    private static ManualTimeProvider? _firing;

    // Guards the fields below, and those of the timers.
    private readonly Lock _sync = new();
    private readonly TimerQueue _timers = new();
    private TimeSpan _elapsed;
    private TimeSpan _target;
    private TimeSpan _wallClockOffset;
    private TimeSpan _autoAdvanceAmount;
    private TimeZoneInfo _localTimeZone = TimeZoneInfo.Utc;

    /// <summary>Makes a clock that shows midnight of January 1st 2000, UTC.</summary>
    public ManualTimeProvider()
        : this(new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>Makes a clock that shows a given moment.</summary>
    /// <param name="startDateTime">The moment.</param>
    public ManualTimeProvider(DateTimeOffset startDateTime) => Start = startDateTime.ToUniversalTime();

    /// <summary>The moment the clock showed when it was made, in UTC.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>
    /// How far the clock moves by itself each time it is read with <see cref="GetUtcNow"/>. Default: zero.
    /// </summary>
    /// <remarks>
    /// The read returns the moment before that move. Timers that come due by it fire inside the read.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public TimeSpan AutoAdvanceAmount
    {
        get
        {
            lock (_sync) return _autoAdvanceAmount;
        }

        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            lock (_sync) _autoAdvanceAmount = value;
        }
    }

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone
    {
        get
        {
            lock (_sync) return _localTimeZone;
        }
    }

    /// <summary>Ticks of 100 nanoseconds: 10 million a second.</summary>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Moves the clock forward and fires the timers that come due on the way.</summary>
    /// <param name="delta">How far: zero or more. Zero fires the timers that are due now.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delta"/> is negative.</exception>
    public void Advance(TimeSpan delta)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delta, TimeSpan.Zero);
        lock (_sync)
        {
            TimeSpan room = DateTimeOffset.MaxValue - (Start + _target + _wallClockOffset);
            if (delta > room)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(delta), delta, $"The clock can be moved by {room} at most, to the end of the calendar.");
            }

            _target += delta;
            if (_firing == this) _elapsed += delta;
        }

        FireDueTimers();
    }

    /// <summary>Moves the clock forward to a moment and fires the timers that come due on the way.</summary>
    /// <param name="value">The moment: not before the one the clock shows.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="value"/> is before the moment the clock shows.
    /// </exception>
    public void SetUtcNow(DateTimeOffset value)
    {
        lock (_sync)
        {
            TimeSpan elapsed = value - Start - _wallClockOffset;
            if (elapsed < _elapsed)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(value),
                    value,
                    $"Time does not go back: the clock shows {UtcNow:o}. To set a wall clock back, use AdjustTime.");
            }

            _target = elapsed > _target ? elapsed : _target;
            if (_firing == this) _elapsed = elapsed;
        }

        FireDueTimers();
    }

    /// <summary>
    /// Sets the wall clock, forward or back, as an administrator does: timers and timestamps are not affected.
    /// </summary>
    /// <param name="value">The moment the clock shows from now on.</param>
    public void AdjustTime(DateTimeOffset value)
    {
        lock (_sync) _wallClockOffset = value - Start - _elapsed;
    }

    /// <summary>Sets the local time zone. Default: UTC.</summary>
    /// <param name="localTimeZone">The time zone.</param>
    /// <exception cref="ArgumentNullException"><paramref name="localTimeZone"/> is <see langword="null"/>.</exception>
    public void SetLocalTimeZone(TimeZoneInfo localTimeZone)
    {
        ArgumentNullException.ThrowIfNull(localTimeZone);
        lock (_sync) _localTimeZone = localTimeZone;
    }

    /// <summary>The moment the clock shows, in UTC; afterwards it moves by <see cref="AutoAdvanceAmount"/>.</summary>
    /// <returns>The moment before that move.</returns>
    public override DateTimeOffset GetUtcNow()
    {
        DateTimeOffset now;
        TimeSpan step;
        lock (_sync)
        {
            now = UtcNow;
            step = _autoAdvanceAmount;
        }

        if (step > TimeSpan.Zero) Advance(step);
        return now;
    }

    /// <summary>
    /// The time passed on this clock, in ticks of 100 nanoseconds. Reading it does not move the clock.
    /// </summary>
    /// <returns>Ticks that begin with those of <see cref="Start"/>, as no real clock begins with zero.</returns>
    public override long GetTimestamp()
    {
        lock (_sync) return Start.Ticks + _elapsed.Ticks;
    }

    /// <summary>Makes a timer that fires when this clock is moved past its time.</summary>
    /// <inheritdoc/>
    /// <exception cref="ArgumentNullException"><paramref name="callback"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="dueTime"/> or <paramref name="period"/> is negative, and not infinite, or longer than a timer
    /// can be.
    /// </exception>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>The moment the clock shows.</summary>
    /// <returns>For example <c>2000-01-01T00:00:00.000</c>.</returns>
    public override string ToString()
    {
        lock (_sync) return UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fff", CultureInfo.InvariantCulture);
    }

    bool ITimerClock.Schedule(ManualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        bool isStanding;
        lock (_sync)
        {
            if (timer.IsDisposed) return false;
            _timers.Remove(timer);
            timer.Period = period;
            if (dueTime != Timeout.InfiniteTimeSpan) _timers.Add(timer, _elapsed + dueTime);
            isStanding = _elapsed == _target;
        }

        // A timer that is due now need not wait for a move of the clock. During a move, that move fires it, in its
        // order: firing from here would run ahead to the end of the move under the callback that made the timer.
        if (dueTime == TimeSpan.Zero && isStanding) FireDueTimers();
        return true;
    }

    void ITimerClock.Remove(ManualTimer timer)
    {
        lock (_sync)
        {
            timer.IsDisposed = true;
            _timers.Remove(timer);
        }
    }

    private DateTimeOffset UtcNow => Start + _elapsed + _wallClockOffset;

    private void FireDueTimers()
    {
        if (_firing == this) return;
        ManualTimeProvider? outer = _firing;
        _firing = this;
        try
        {
            while (TakeNextDueTimer() is { } timer) timer.Fire();
        }
        finally
        {
            _firing = outer;
        }
    }

    private ManualTimer? TakeNextDueTimer()
    {
        lock (_sync)
        {
            ManualTimer? timer = _timers.TakeDue(_target, out TimeSpan due);
            if (timer is null) _elapsed = _target;
            else if (due > _elapsed) _elapsed = due;
            return timer;
        }
    }
}
