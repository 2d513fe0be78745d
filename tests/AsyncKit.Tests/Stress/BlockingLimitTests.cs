using AsyncKit.Synchronization;

namespace AsyncKit.Tests.Stress;

/// <summary>How long threads block, on the system's clock.</summary>
[Collection(typeof(Alone))]
public class BlockingLimitTests
{
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.9)]
    [InlineData(1.9)]
    public void AThreadBlocksForNoLessThanItsLimit_ThoughItIsPartsOfAMillisecond(double milliseconds)
    {
        var clock = TimeProvider.System;
        var limit = TimeSpan.FromMilliseconds(milliseconds);
        var gate = new AsyncLock();
        using AsyncLock.Lease held = gate.Lock();

        for (var i = 0; i < 20; i++)
        {
            long start = clock.GetTimestamp();
            Assert.False(gate.TryLock(limit, out _));
            Assert.InRange(clock.GetElapsedTime(start), limit, TimeSpan.MaxValue);
        }
    }
}
