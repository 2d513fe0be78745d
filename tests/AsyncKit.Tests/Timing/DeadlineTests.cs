using AsyncKit.Testing;
using AsyncKit.Timing;

namespace AsyncKit.Tests.Timing;

public class DeadlineTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _time = new();

    [Fact]
    public void Remaining_BecomesLess_UntilItHasPassed()
    {
        Deadline deadline = Deadline.After(5 * _second, _time);
        Assert.Equal((5 * _second, false), (deadline.Remaining, deadline.HasPassed));

        _time.Advance(4 * _second);
        Assert.Equal((_second, false), (deadline.Remaining, deadline.HasPassed));
        deadline.ThrowIfPassed();

        _time.Advance(_second);
        Assert.Equal((TimeSpan.Zero, true), (deadline.Remaining, deadline.HasPassed));
        _time.Advance(_second);
        Assert.Equal(TimeSpan.Zero, deadline.Remaining);
        Assert.Equal(5 * _second, deadline.Timeout);
        Assert.Contains(
            "00:00:05", Assert.Throws<TimeoutException>(deadline.ThrowIfPassed).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SettingTheTimeOfDay_MovesNothing()
    {
        Deadline deadline = Deadline.After(_second, _time);

        _time.AdjustTime(_time.GetUtcNow().AddDays(1));

        Assert.Equal(_second, deadline.Remaining);
    }

    [Fact]
    public void Never_IsTheDefault_AndNeverPasses()
    {
        Deadline endless = Deadline.After(Timeout.InfiniteTimeSpan, _time);

        Assert.Equal(default, Deadline.Never);
        foreach (Deadline never in (Deadline[])[Deadline.Never, endless])
        {
            Assert.False(never.HasPassed);
            Assert.Equal(Timeout.InfiniteTimeSpan, never.Remaining);
            Assert.Equal(Timeout.InfiniteTimeSpan, never.Timeout);
            never.ThrowIfPassed();
        }

        Assert.Same(TimeProvider.System, Deadline.Never.TimeProvider);
        Assert.Same(_time, endless.TimeProvider);
    }

    [Fact]
    public void AtMost_GivesTheEarlierOfBoth()
    {
        Deadline whole = Deadline.After(5 * _second, _time);

        Assert.Equal(2 * _second, whole.AtMost(2 * _second).Remaining);
        Assert.Equal(whole, whole.AtMost(9 * _second));
        Assert.Equal(whole, whole.AtMost(Timeout.InfiniteTimeSpan));
        Assert.Equal(_second, Deadline.Never.AtMost(_second).Timeout);
        Deadline endless = Deadline.After(Timeout.InfiniteTimeSpan, _time);
        Assert.Equal(_second, endless.AtMost(_second).Remaining);
        Assert.Equal(endless, endless.AtMost(Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public void ATimeSpan_ConvertsToADeadlineOnTheClockOfTheSystem()
    {
        Deadline converted = TimeSpan.FromHours(1);

        Assert.Equal(TimeSpan.FromHours(1), converted.Timeout);
        Assert.InRange(converted.Remaining, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
        Assert.Same(TimeProvider.System, Deadline.FromTimeSpan(_second).TimeProvider);
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(4_294_967_295)]
    public void ATimeoutThatIsNone_IsRefused(long milliseconds)
    {
        TimeSpan timeout = TimeSpan.FromMilliseconds(milliseconds);

        var refused = Assert.Throws<ArgumentOutOfRangeException>(nameof(timeout), () => Deadline.After(timeout));

        Assert.Contains($"{timeout}", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(nameof(timeout), () => Deadline.Never.AtMost(timeout));
        Assert.Throws<ArgumentOutOfRangeException>(nameof(timeout), () => (Deadline)timeout);
    }

    [Fact]
    public void ToString_SaysHowLongItIs()
    {
        Deadline deadline = Deadline.After(5 * _second, _time);
        _time.Advance(2 * _second);

        Assert.Equal("00:00:05, 00:00:03 remaining", deadline.ToString());
        Assert.Equal("never", Deadline.Never.ToString());
    }
}
