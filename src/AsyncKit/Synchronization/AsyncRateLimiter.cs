using System.Diagnostics;
using AsyncKit.Diagnostics;

namespace AsyncKit.Synchronization;

/// <summary>Lets so many through in a time, evenly: whoever comes too soon waits.</summary>
/// <remarks>
/// <para><b>A bucket of permits.</b> It is full at the start and holds <see cref="Burst"/> at most. Permits come back
/// all the time, not in windows: at 10 in a second, one in each 100 milliseconds. They are used up, and not given back.
/// Both rate and requests may be fractions.</para>
/// <para><b>Exact.</b> Who waits gets the permits at the moment they are there, on the clock's first tick from then on,
/// and the next is counted from that moment, not from when the timer fired. So the rate is kept where timers are late:
/// after a late one, those in line whose moment has passed go at once, and one who comes back at once finds what has
/// come back meanwhile, up to 50 milliseconds' worth, beside the burst.</para>
/// <para><b>Order.</b> First come, first served. A big request at the front is not overtaken by small ones behind it,
/// so it is not starved; when it is cancelled, those behind it go on if they can.</para>
/// <para><b>Cancellation.</b> The token is asked first, also when permits are there. A wait that throws has used none.
/// When grant and cancellation meet, one of them wins.</para>
/// <para><b>Time limits</b> are from <see cref="TimeSpan.Zero"/>, which never waits, to 4,294,967,294 milliseconds
/// (about 49.7 days), or <see cref="Timeout.InfiniteTimeSpan"/>.</para>
/// <para><b>Threads.</b> Code that awaits goes on in the thread pool or in its context. No wait blocks a thread, as the
/// timer that would wake it needs one of the pool. One timer serves all who wait. A wait is awaited once. There is
/// nothing to dispose. Thread-safe.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}: CurrentPermits = {CurrentPermits} of {Burst}, Waiters = {WaiterCount}")]
public sealed class AsyncRateLimiter
{
    // With more than that saved up, the use of a single one would be lost in the rounding.
    private const double MostBurst = 1e12;

    private readonly Queue _queue;

    /// <summary>Makes a limiter that is full.</summary>
    /// <param name="permits">How many permits come back in each period: more than zero.</param>
    /// <param name="period">The period: more than zero.</param>
    /// <param name="burst">
    /// How many permits are saved up at most, and asked for at once: more than zero, and at most 10^12.
    /// </param>
    /// <param name="name">Its name in reports and messages.</param>
    /// <param name="timeProvider">The clock; by default that of the system.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A number is zero, negative, infinite or not a number, or <paramref name="burst"/> is too large.
    /// </exception>
    public AsyncRateLimiter(
        double permits, TimeSpan period, double burst = 1, string? name = null, TimeProvider? timeProvider = null)
    {
        ThrowIfNoAmount(permits, nameof(permits));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(period, TimeSpan.Zero);
        ThrowIfNoAmount(burst, nameof(burst));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(burst, MostBurst);
        Name = name;
        Burst = burst;
        _queue = new Queue(this, permits, period, timeProvider);
    }

    /// <summary>Its name in reports and messages, if it was given one.</summary>
    public string? Name { get; }

    /// <summary>How many permits are saved up at most.</summary>
    public double Burst { get; }

    /// <summary>How many permits are there at this moment: from zero to <see cref="Burst"/>.</summary>
    /// <remarks>While somebody waits, they are saved up for the one at the front.</remarks>
    public double CurrentPermits => _queue.CurrentPermits();

    /// <summary>How many requests wait at this moment.</summary>
    public int WaiterCount => _queue.Waiters.Count;

    /// <summary>Waits for permits and uses them.</summary>
    /// <param name="permits">How many: more than zero, at most <see cref="Burst"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when the permits are used.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="permits"/> is not more than zero, not a number, or more than <see cref="Burst"/>, which are
    /// never there at once.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before they were granted.</exception>
    public ValueTask AcquireAsync(double permits = 1, CancellationToken cancellationToken = default) =>
        AcquireAsync(Checked(permits), WaitLimits.Only(cancellationToken));

    /// <summary>Waits for permits for a limited time and uses them.</summary>
    /// <param name="permits">How many: more than zero, at most <see cref="Burst"/>.</param>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when the permits are used.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="permits"/> is not more than zero, not a number, or more than <see cref="Burst"/>; or
    /// <paramref name="timeout"/> is negative or too long.
    /// </exception>
    /// <exception cref="TimeoutException">The time passed before they were granted.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before they were granted.</exception>
    public ValueTask AcquireAsync(double permits, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        AcquireAsync(Checked(permits), WaitLimits.Throwing(timeout, cancellationToken));

    /// <summary>Waits for permits and uses them, unless the time passes first.</summary>
    /// <param name="permits">How many: more than zero, at most <see cref="Burst"/>.</param>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether the permits were granted before the time had passed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="permits"/> is not more than zero, not a number, or more than <see cref="Burst"/>; or
    /// <paramref name="timeout"/> is negative or too long.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before they were granted.</exception>
    public ValueTask<bool> TryAcquireAsync(
        double permits, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        TryAcquireAsync(Checked(permits), WaitLimits.Trying(timeout, cancellationToken));

    /// <summary>Uses permits if that is possible without waiting.</summary>
    /// <param name="permits">How many: more than zero, at most <see cref="Burst"/>.</param>
    /// <returns>Whether they were there, and nobody waited for them.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="permits"/> is not more than zero, not a number, or more than <see cref="Burst"/>.
    /// </exception>
    public bool TryAcquire(double permits = 1)
    {
        Checked(permits);
        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(this, "use permits");
        return _queue.TryPassNow(permits);
    }

    /// <summary>Names the limiter in reports, such as <c>AsyncRateLimiter "api"</c>.</summary>
    /// <returns>The type with the name.</returns>
    public override string ToString() => WatchedWait.NameOf(nameof(AsyncRateLimiter), Name);

    private static void ThrowIfNoAmount(double amount, string name)
    {
        if (amount > 0 && double.IsFinite(amount)) return;
        throw new ArgumentOutOfRangeException(
            name, amount, $"{name} must be more than zero, and finite, but was {amount}.");
    }

    private double Checked(double permits)
    {
        ThrowIfNoAmount(permits, nameof(permits));
        if (permits <= Burst) return permits;
        throw new ArgumentOutOfRangeException(
            nameof(permits),
            permits,
            $"permits must be at most the burst of {Burst} of {this}, but was {permits}: "
                + "so many are never there at once.");
    }

    private ValueTask AcquireAsync(double permits, in WaitLimits limits) =>
        IsAtOnce(permits, limits) ? ValueTask.CompletedTask : _queue.WaitAsync(Queue.RequestOf(permits), limits);

    private ValueTask<bool> TryAcquireAsync(double permits, in WaitLimits limits) =>
        IsAtOnce(permits, limits) ? new ValueTask<bool>(true) : _queue.TryWaitAsync(Queue.RequestOf(permits), limits);

    private bool IsAtOnce(double permits, in WaitLimits limits) =>
        !WatchedWait.IsWanted && !limits.Token.IsCancellationRequested && _queue.TryPassNow(permits);

    private sealed class Queue : SignalQueue
    {
        // What is 0.3 to a reader is a little less to the computer. A moment that is this little behind a tick of the
        // clock is taken for that tick, so that nobody waits for a whole one because of it. It does not add up.
        private const double Tolerance = 1.0 / 1024;

        private static readonly TimeSpan _lateness = TimeSpan.FromMilliseconds(50);

        private readonly double _burst;
        private readonly double _permits;
        private readonly double _ticks;
        private readonly double _mostLate;

        // The bucket: since this moment, so many permits have been used. The bucket was full then if their number is
        // negative: minus the burst. Kept in this way, and not as what is left now, as that would have to be rounded at
        // each grant.
        private long _start;
        private double _used;

        // What had come back when the last who waited was let through, as the timer was late. What it was late by more
        // than timers are, while the machine slept, say, is not made up for.
        private double _late;

        // The newest moment that anybody has read from the clock, which is not read under the gate.
        private long _now;

        public Queue(AsyncRateLimiter owner, double permits, TimeSpan period, TimeProvider? timeProvider)
            : base(owner, timeProvider, "use permits")
        {
            _burst = owner.Burst;
            _permits = permits;
            _ticks = period.Ticks * ((double)TimeProvider.TimestampFrequency / TimeSpan.TicksPerSecond);
            _mostLate = _permits * _lateness.Ticks / period.Ticks;
            _start = _now = TimeProvider.GetTimestamp();
            _used = -_burst;
        }

        /// <summary>The sooner of the next time limit and the moment of the one at the front.</summary>
        public override long Due =>
            Waiters.First is { } first ? Math.Min(base.Due, MomentOf(AmountOf(first.Request))) : base.Due;

        /// <summary>A number of permits as a waiter keeps it.</summary>
        public static long RequestOf(double permits) => BitConverter.DoubleToInt64Bits(permits);

        public double CurrentPermits()
        {
            long now = TimeProvider.GetTimestamp();
            Enter();
            double saved = SavedAt(Math.Max(now, _now));
            Exit();
            return Math.Clamp(saved, 0, _burst);
        }

        public bool TryPassNow(double permits)
        {
            long now = TimeProvider.GetTimestamp();
            var ended = new EndedWaiters();
            Enter();
            OnTime(now, ref ended);
            bool passes = Waiters.First is null && TryPass(RequestOf(permits));
            Exit(ended);
            return passes;
        }

        public override bool TryEnd(Waiter waiter, WaitEnd end, Exception? fault = null)
        {
            bool isInTime = base.TryEnd(waiter, end, fault);
            if (isInTime) Proceed();
            return isInTime;
        }

        protected override Waiter StandInLine(long request, in WaitLimits limits, bool isBlocking)
        {
            NeedTimer();
            long now = TimeProvider.GetTimestamp();
            Waiter waiter = EnterWithWaiter(request, limits, isBlocking, out long due);
            var ended = new EndedWaiters();
            OnTime(now, ref ended);
            WaitEnd end = EndAtOnce(waiter, Waiters);
            if (end is WaitEnd.None) Append(waiter, Waiters, due);
            else waiter.FinishUnseen(end);
            Exit(ended);
            if (end is WaitEnd.None) Watch(waiter, needsTimer: true);
            return waiter;
        }

        protected override bool TryPass(long request)
        {
            double permits = AmountOf(request);
            if (MomentOf(permits) > _now) return false;
            _used += permits;
            CountFromLater();
            return true;
        }

        protected override void OnTime(long now, ref EndedWaiters ended)
        {
            _now = Math.Max(now, _now);
            bool hadWaiters = Waiters.First is not null;
            Release(Waiters, ref ended);

            // It runs over only while nobody waits: whoever waits gets the permits at the moment they are there, even
            // if the timer is late. What came back while it was late is kept beside the burst: one who asks again at
            // once was kept from it.
            if (Waiters.First is not null) return;
            double saved = SavedAt(_now);
            if (hadWaiters) _late = Math.Clamp(saved, 0, _mostLate);
            if (saved < _burst + _late) return;
            _start = _now;
            _used = -_burst;
            _late = 0;
        }

        private static double AmountOf(long request) => BitConverter.Int64BitsToDouble(request);

        // The one at the front has left. Its place is taken by one who may be able to go by now.
        private void Proceed()
        {
            long now = TimeProvider.GetTimestamp();
            var ended = new EndedWaiters();
            Enter();
            OnTime(now, ref ended);
            Exit(ended);
        }

        /// <summary>The first tick of the clock at which so many permits are there.</summary>
        private long MomentOf(double permits)
        {
            double needed = _used + permits;
            if (needed <= 0) return _start;
            double ticks = Math.Ceiling((needed * _ticks / _permits) - Tolerance);
            return _start + ticks < long.MaxValue ? _start + (long)ticks : long.MaxValue;
        }

        private double SavedAt(long now) => ((now - _start) * _permits / _ticks) - _used;

        // Whole periods are put into the moment, so that the numbers stay small and their last digits good.
        private void CountFromLater()
        {
            if (_used < _permits) return;
            double periods = Math.Floor(_used / _permits);
            double ticks = periods * _ticks;
            if (ticks != Math.Floor(ticks)) return;
            _start += (long)ticks;
            _used -= periods * _permits;
        }
    }
}
