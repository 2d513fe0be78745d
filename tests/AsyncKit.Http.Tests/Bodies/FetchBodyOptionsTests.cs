namespace AsyncKit.Http.Tests.Bodies;

public class FetchBodyOptionsTests
{
    public static TheoryData<string, FetchBodyOptions> Wrong { get; } = new()
    {
        { "Body.MaxBytes must be from 1 to 2147483590, but was 0", new() { MaxBytes = 0 } },
        { "Body.MaxBytes must be from 1 to 2147483590, but was 2147483591", new() { MaxBytes = Array.MaxLength } },
        { "Body.MaxStreamBytes must be at least 1, but was 0", new() { MaxStreamBytes = 0 } },
        { "Body.MaxDecompressionRatio must be at least 1, but was 0", new() { MaxDecompressionRatio = 0 } },
        { "Body.RatioFloorBytes must be at least 0, but was -1", new() { RatioFloorBytes = -1 } },
        { "Body.MinBytesPerSecond must be at least 1, but was 0", new() { MinBytesPerSecond = 0 } },
        { "Body.RetryBufferBytes must be at least 0, but was -1", new() { RetryBufferBytes = -1 } },
        {
            "Body.IdleTimeout must be from 10 milliseconds to 1 day, or infinite, but was 00:00:00",
            new() { IdleTimeout = TimeSpan.Zero }
        },
        {
            "Body.MinThroughputWindow must be from 10 milliseconds to 1 day, but was -00:00:00.0010000",
            new() { MinThroughputWindow = Timeout.InfiniteTimeSpan }
        },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void WhatIsOutOfItsRange_IsNamed_WithTheRuleAndTheValue(string violation, FetchBodyOptions options) =>
        Assert.Equal(violation, Assert.Single(Guarded.Violations(options, "Body")));

    [Fact]
    public void TheDefaults_AndTheEndsOfTheRanges_AreAllowed()
    {
        FetchBodyOptions[] allowed =
        [
            new(),
            new()
            {
                MaxBytes = 1,
                MaxStreamBytes = 1,
                MaxDecompressionRatio = 1,
                RatioFloorBytes = 0,
                IdleTimeout = TimeSpan.FromMilliseconds(10),
                MinBytesPerSecond = 1,
                MinThroughputWindow = TimeSpan.FromDays(1),
                RetryBufferBytes = 0,
            },
            new() { MaxBytes = Array.MaxLength - 1, IdleTimeout = Timeout.InfiniteTimeSpan },
        ];

        Assert.All(allowed, options => Assert.Empty(Guarded.Violations(options, "Body")));
    }

    [Fact]
    public void ACopy_IsNotChangedWithItsOriginal()
    {
        var options = new FetchBodyOptions { MaxBytes = 5 };
        FetchBodyOptions copy = Guarded.Copy(options);

        options.MaxBytes = 6;

        Assert.Equal(5, copy.MaxBytes);
    }
}
