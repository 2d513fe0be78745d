namespace AsyncKit.Testing.Tests.Time;

public class ManualTimeProviderTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _time = new();
    private readonly List<string> _fired = [];

    private TimeSpan Elapsed => _time.GetElapsedTime(_time.Start.Ticks);

    [Fact]
    public void NewClock_ShowsTheYear2000_AndStandsStill()
    {
        Assert.Equal(new DateTimeOffset(2000, 1, 1, 0, 0, 0, TimeSpan.Zero), _time.Start);
        Assert.Equal(_time.Start, _time.GetUtcNow());
        Assert.Equal(_time.Start, _time.GetUtcNow());
        Assert.Equal(TimeSpan.Zero, Elapsed);
        Assert.Equal(TimeZoneInfo.Utc, _time.LocalTimeZone);
    }

    [Fact]
    public void Start_OfAClockMadeInAnotherZone_IsInUtc()
    {
        var time = new ManualTimeProvider(new DateTimeOffset(2026, 5, 1, 2, 0, 0, TimeSpan.FromHours(2)));

        Assert.Equal(TimeSpan.Zero, time.GetUtcNow().Offset);
        Assert.Equal("2026-05-01T00:00:00.000", time.ToString());
    }

    [Fact]
    public void Advance_MovesWallClockAndTimestamps()
    {
        long before = _time.GetTimestamp();

        _time.Advance(_second);

        Assert.Equal(_time.Start + _second, _time.GetUtcNow());
        Assert.Equal(_second, _time.GetElapsedTime(before));
    }

    [Fact]
    public void Advance_ByNegativeTime_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>("delta", () => _time.Advance(-_second));

    [Fact]
    public void SetUtcNow_ToTheFuture_FiresWhatIsDue_AndToThePastIsRefused()
    {
        using ITimer timer = CreateTimer("late", _second);

        _time.SetUtcNow(_time.Start + (2 * _second));

        Assert.Equal(["late at 1"], _fired);
        ArgumentOutOfRangeException refused =
            Assert.Throws<ArgumentOutOfRangeException>("value", () => _time.SetUtcNow(_time.Start));
        Assert.Contains("2000-01-01T00:00:02", refused.Message, StringComparison.Ordinal);
        Assert.Equal(_time.Start + (2 * _second), _time.GetUtcNow());
    }

    [Fact]
    public void AdjustTime_MovesOnlyTheWallClock()
    {
        using ITimer timer = CreateTimer("due", _second);

        _time.AdjustTime(_time.Start - TimeSpan.FromDays(1));

        Assert.Equal(_time.Start - TimeSpan.FromDays(1), _time.GetUtcNow());
        Assert.Equal(TimeSpan.Zero, Elapsed);
        Assert.Empty(_fired);
        _time.Advance(_second);
        Assert.Equal(["due at 1"], _fired);
        _time.SetUtcNow(_time.Start);
        Assert.Equal(TimeSpan.FromDays(1), Elapsed);
    }

    [Fact]
    public void AutoAdvance_MovesTheClockAfterEachRead_AndFiresTimers()
    {
        using ITimer timer = CreateTimer("due", _second);
        _time.AutoAdvanceAmount = _second;

        Assert.Equal(_time.Start, _time.GetUtcNow());
        Assert.Equal(["due at 1"], _fired);
        Assert.Equal(_time.Start + _second, _time.GetUtcNow());
        Assert.Equal(_second, _time.AutoAdvanceAmount);
        Assert.Throws<ArgumentOutOfRangeException>("value", () => _time.AutoAdvanceAmount = -_second);
    }

    [Fact]
    public void SetLocalTimeZone_ChangesLocalNow()
    {
        TimeZoneInfo zone = TimeZoneInfo.CreateCustomTimeZone("test", TimeSpan.FromHours(5), "test", "test");

        _time.SetLocalTimeZone(zone);

        Assert.Same(zone, _time.LocalTimeZone);
        Assert.Equal(TimeSpan.FromHours(5), _time.GetLocalNow().Offset);
    }

    [Fact]
    public void Timers_FireInOrderOfDueTime_ThenOfStart_AtTheirOwnMoment()
    {
        using ITimer second = CreateTimer("b", 2 * _second);
        using ITimer third = CreateTimer("c", 2 * _second);
        using ITimer first = CreateTimer("a", _second);

        _time.Advance(5 * _second);

        Assert.Equal(["a at 1", "b at 2", "c at 2"], _fired);
        Assert.Equal(_time.Start + (5 * _second), _time.GetUtcNow());
    }

    [Fact]
    public void PeriodicTimer_FiresOncePerPeriod_AtItsMoments()
    {
        using ITimer timer = CreateTimer("p", _second, 2 * _second);

        _time.Advance(6 * _second);

        Assert.Equal(["p at 1", "p at 3", "p at 5"], _fired);
    }

    [Fact]
    public void Change_MovesATimer_AndDisposeStopsIt()
    {
        ITimer timer = CreateTimer("t", _second);

        Assert.True(timer.Change(3 * _second, Timeout.InfiniteTimeSpan));
        _time.Advance(2 * _second);
        Assert.Empty(_fired);
        _time.Advance(_second);
        Assert.Equal(["t at 3"], _fired);

        Assert.True(timer.Change(_second, _second));
        timer.Dispose();
        _time.Advance(10 * _second);
        Assert.Single(_fired);
        Assert.False(timer.Change(_second, _second));
    }

    [Fact]
    public void InfiniteDueTime_NeverFires()
    {
        using ITimer timer = CreateTimer("never", Timeout.InfiniteTimeSpan, _second);

        _time.Advance(TimeSpan.FromDays(365));

        Assert.Empty(_fired);
    }

    [Fact]
    public void ZeroDueTime_FiresAtOnce_ButDuringAMoveInItsOrder()
    {
        using ITimer now = CreateTimer("now", TimeSpan.Zero);
        Assert.Equal(["now at 0"], _fired);

        using ITimer later = CreateTimer("later", 3 * _second);
        ITimer? inner = null;
        using ITimer outer = _time.CreateTimer(
            _ =>
            {
                inner = CreateTimer("inner", TimeSpan.Zero);
                Record("outer");
            },
            state: null,
            _second,
            Timeout.InfiniteTimeSpan);
        _time.Advance(5 * _second);

        Assert.Equal(["now at 0", "outer at 1", "inner at 1", "later at 3"], _fired);
        inner?.Dispose();
    }

    [Fact]
    public void CallbackThatMovesTheClock_AddsToTheMove()
    {
        using ITimer timer = _time.CreateTimer(
            _ => _time.Advance(_second), state: null, _second, Timeout.InfiniteTimeSpan);
        using ITimer last = CreateTimer("last", 3 * _second);

        _time.Advance(2 * _second);

        Assert.Equal(["last at 3"], _fired);
        Assert.Equal(_time.Start + (3 * _second), _time.GetUtcNow());
    }

    [Fact]
    public void CallbackThatMovesTheClock_SeesItMoved_AndWhatComesDueFiresAfterIt()
    {
        using ITimer mover = _time.CreateTimer(
            _ =>
            {
                _time.Advance(_second);
                Record("moved");
            },
            state: null,
            _second,
            Timeout.InfiniteTimeSpan);
        using ITimer due = CreateTimer("due", 2 * _second);

        _time.Advance(_second);

        Assert.Equal(["moved at 2", "due at 2"], _fired);
    }

    [Fact]
    public void AHundredThousandCallbacksThatReadAnAutoAdvancingClock_DoNotDiveIntoTheStack()
    {
        var fired = 0;
        _time.AutoAdvanceAmount = TimeSpan.FromTicks(1);
        for (var i = 0; i < 100_000; i++)
        {
            _ = _time.CreateTimer(
                _ =>
                {
                    fired++;
                    _time.GetUtcNow();
                },
                state: null,
                _second,
                Timeout.InfiniteTimeSpan);
        }

        _time.Advance(_second);

        Assert.Equal(100_000, fired);
    }

    [Fact]
    public void AHundredThousandTimersThatEachStartTheNextAtOnce_DoNotDiveIntoTheStack()
    {
        var fired = 0;

        StartNext();

        Assert.Equal(100_000, fired);

        void StartNext() => _ = _time.CreateTimer(
            _ =>
            {
                if (++fired < 100_000) StartNext();
            },
            state: null,
            TimeSpan.Zero,
            Timeout.InfiniteTimeSpan);
    }

    [Fact]
    public void Advance_BeyondTheCalendar_IsRefused_AndTheClockStaysGood()
    {
        Assert.Throws<ArgumentOutOfRangeException>("delta", () => _time.Advance(TimeSpan.MaxValue));

        Assert.Equal(_time.Start, _time.GetUtcNow());
    }

    [Fact]
    public void CallbackThatThrows_EndsTheMove_AndTheRestFiresOnTheNext()
    {
        using ITimer faulty = _time.CreateTimer(
            static _ => throw new InvalidOperationException("callback"),
            state: null,
            _second,
            Timeout.InfiniteTimeSpan);
        using ITimer rest = CreateTimer("rest", 2 * _second);

        Assert.Throws<InvalidOperationException>(() => _time.Advance(3 * _second));

        Assert.Equal(_time.Start + _second, _time.GetUtcNow());
        Assert.Empty(_fired);
        _time.Advance(TimeSpan.Zero);
        Assert.Equal(["rest at 2"], _fired);
        Assert.Equal(_time.Start + (3 * _second), _time.GetUtcNow());
    }

    [Fact]
    public void Callbacks_SeeTheAsyncLocalsOfTheirMaker_AndNoSynchronizationContext()
    {
        var ambient = new AsyncLocal<string> { Value = "maker" };
        string? seen = null;
        var context = new SynchronizationContext();
        SynchronizationContext? during = context;
        using ITimer timer = _time.CreateTimer(
            _ => (seen, during) = (ambient.Value, SynchronizationContext.Current),
            state: null,
            _second,
            Timeout.InfiniteTimeSpan);
        ambient.Value = "mover";
        SynchronizationContext? own = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            _time.Advance(_second);
            Assert.Same(context, SynchronizationContext.Current);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(own);
        }

        Assert.Equal("maker", seen);
        Assert.Null(during);
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(4_294_967_295)]
    public void TimesNoTimerTakes_AreRefused(long milliseconds)
    {
        TimeSpan time = TimeSpan.FromMilliseconds(milliseconds);
        using ITimer timer = CreateTimer("t", _second);

        Assert.Throws<ArgumentOutOfRangeException>("dueTime", () => CreateTimer("t", time));
        Assert.Throws<ArgumentOutOfRangeException>("period", () => CreateTimer("t", _second, time));
        Assert.Throws<ArgumentOutOfRangeException>("dueTime", () => timer.Change(time, _second));
        Assert.Throws<ArgumentOutOfRangeException>("period", () => timer.Change(_second, time));
    }

    [Fact]
    public async Task Delay_AndCancelAfter_AndWaitAsync_RunOnTheClock()
    {
        Task delay = Task.Delay(_second, _time, TestContext.Current.CancellationToken);
        using var limit = new CancellationTokenSource(2 * _second, _time);
        Task wait = new TaskCompletionSource().Task.WaitAsync(
            3 * _second, _time, TestContext.Current.CancellationToken);

        _time.Advance(_second);
        Assert.True(delay.IsCompletedSuccessfully);
        Assert.False(limit.IsCancellationRequested);
        _time.Advance(_second);
        Assert.True(limit.IsCancellationRequested);
        _time.Advance(_second);
        await Assert.ThrowsAsync<TimeoutException>(() => wait);
    }

    [Fact]
    public async Task ContinuationsWithoutContext_HaveGoneOn_WhenAdvanceReturns()
    {
        var steps = 0;
        Task work = WorkAsync();

        _time.Advance(_second);
        Assert.Equal(1, steps);
        _time.Advance(_second);
        Assert.Equal(2, steps);
        await work;

        async Task WorkAsync()
        {
            await Task.Delay(_second, _time).ConfigureAwait(false);
            steps++;
            await Task.Delay(_second, _time).ConfigureAwait(false);
            steps++;
        }
    }

    [Fact]
    public async Task MovesFromManyThreads_AddUp_AndFireEachTimerOnce()
    {
        const int Movers = 4;
        const int Moves = 1_000;
        var fired = 0;
        var timers = new List<ITimer>();
        for (var i = 0; i < 2_000; i++)
        {
            timers.Add(_time.CreateTimer(
                _ => Interlocked.Increment(ref fired),
                state: null,
                TimeSpan.FromMilliseconds(i % 1_000),
                Timeout.InfiniteTimeSpan));
        }

        await Task.WhenAll(Enumerable.Range(0, Movers).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Moves; i++) _time.Advance(TimeSpan.FromMilliseconds(1));
        })));

        Assert.Equal(_time.Start + TimeSpan.FromMilliseconds(Movers * Moves), _time.GetUtcNow());
        Assert.Equal(timers.Count, fired);
    }

    private ITimer CreateTimer(string name, TimeSpan dueTime, TimeSpan? period = null) =>
        _time.CreateTimer(_ => Record(name), state: null, dueTime, period ?? Timeout.InfiniteTimeSpan);

    private void Record(string name) =>
        _fired.Add($"{name} at {Elapsed.TotalSeconds}");
}
