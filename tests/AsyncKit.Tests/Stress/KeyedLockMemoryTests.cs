using AsyncKit.Synchronization;

namespace AsyncKit.Tests.Stress;

/// <summary>What keys cost that come and go. Alone, as a listener of another test would cost memory too.</summary>
[Collection(typeof(Alone))]
public class KeyedLockMemoryTests
{
    private const int Keys = 1_000_000;

    [Fact]
    public void AMillionKeys_OneAfterTheOther_UseTheSameMemory()
    {
        var keyed = new KeyedLock<int>();
        for (var i = 0; i < Keys / 10; i++) keyed.Lock(i).Dispose();

        long allocated = Allocations.LeastOf(() =>
        {
            for (var i = 0; i < Keys; i++) keyed.Lock(-i).Dispose();
        });

        Assert.Equal(0, allocated);
        Assert.Equal(0, keyed.Count);
    }

    [Fact]
    public void ManyKeysAtATime_LeaveLittleMemoryBehind()
    {
        var keyed = new KeyedLock<int>();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        HoldAtATime(keyed, Keys);

        long left = GC.GetTotalMemory(forceFullCollection: true) - before;

        // The table stays, with up to two references for each key. What the keys had, several times as much, does not.
        Assert.InRange(left, long.MinValue, Keys * 4L * IntPtr.Size);
        Assert.Equal(0, keyed.Count);
        GC.KeepAlive(keyed);
    }

    private static void HoldAtATime(KeyedLock<int> keyed, int keys)
    {
        KeyedLock<int>.Lease[] leases = [.. Enumerable.Range(0, keys).Select(key => keyed.Lock(key))];
        foreach (KeyedLock<int>.Lease lease in leases) lease.Dispose();
    }
}
