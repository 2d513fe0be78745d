using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Stress;

/// <summary>What waits leave behind that nobody awaits.</summary>
[Collection(typeof(Alone))]
public class AsyncLockMemoryTests
{
    // 200,000 waits that were late and dropped, on a token that lives on.
    [Fact]
    public void AWaitThatWasLate_AndThatNobodyAwaited_LeavesNothingWithItsToken()
    {
        using var source = new CancellationTokenSource();
        var clock = new ManualTimeProvider();
        var gate = new AsyncLock(timeProvider: clock);
        Assert.True(gate.TryLock(out AsyncLock.Lease held));
        DropWaits(1_000);
        long before = GC.GetTotalMemory(forceFullCollection: true);

        DropWaits(200_000);

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 10_000_000);
        Assert.Equal(0, gate.WaiterCount);
        held.Dispose();

        void DropWaits(int count)
        {
            for (var left = count; left > 0; left -= 1_000)
            {
                for (var i = 0; i < 1_000; i++) _ = gate.TryLockAsync(TimeSpan.FromSeconds(1), source.Token);
                clock.Advance(TimeSpan.FromSeconds(1));
            }
        }
    }
}
