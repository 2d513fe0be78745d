namespace AsyncKit.Testing.Tests.Running;

public class AsyncTestOptionsTests
{
    private static readonly TimeSpan _longest = TimeSpan.FromDays(24);
    private static readonly TimeSpan _tooLong = TimeSpan.FromDays(24) + TimeSpan.FromTicks(1);

    public static TheoryData<TimeSpan> OutOfRange => [_tooLong, TimeSpan.MaxValue, TimeSpan.FromTicks(-1)];

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void ARealTimeoutOutOfRange_IsRefused(TimeSpan value) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new AsyncTestOptions { RealTimeout = value });

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void AnExternalGraceOutOfRange_IsRefused(TimeSpan value) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new AsyncTestOptions { ExternalGrace = value });

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void AnIdleThresholdOutOfRange_IsRefused(TimeSpan value) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new AsyncTestOptions { IdleThreshold = value });

    [Fact]
    public void NoRealTime_IsRefusedAsALimit() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new AsyncTestOptions { RealTimeout = TimeSpan.Zero });

    [Fact]
    public async Task TheLongestTimes_AreTaken()
    {
        await AsyncTest.RunAsync(
            static env => env.DelayAsync(TimeSpan.FromSeconds(1)),
            new AsyncTestOptions { RealTimeout = _longest, ExternalGrace = _longest });
        await AsyncTest.RunAsync(
            static env => Task.Run(static () => { }),
            new AsyncTestOptions { RealTimeout = Timeout.InfiniteTimeSpan, IdleThreshold = _longest });
    }
}
