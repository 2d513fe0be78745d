using System.Runtime.CompilerServices;
using AsyncKit.Synchronization;
using static AsyncKit.Synchronization.AsyncReaderWriterLock;

namespace AsyncKit.Tests.Stress;

/// <summary>What going from one lease to another costs. While somebody listens, as tests on virtual time do, it costs
/// something.</summary>
[Collection(typeof(Alone))]
public class AsyncReaderWriterLockMemoryTests
{
    [Fact]
    public void UpgradesAndDowngrades_CostNoMemory_WhetherOneHasToWaitOrNot()
    {
        var @lock = new AsyncReaderWriterLock();

        Assert.Equal(0, Allocated(() =>
        {
            UpgradeableLease upgradeable = ResultOf(@lock.UpgradeableReaderLockAsync());
            ResultOf(upgradeable.UpgradeAsync()).Dispose();
            ReaderLease reading = upgradeable.Downgrade();
            UpgradeableLease next = @lock.UpgradeableReaderLock();
            ValueTask<WriterLease> upgrade = next.UpgradeAsync(TimeSpan.FromHours(1), CancellationToken.None);
            ValueTask<ReaderLease> heldBack = @lock.ReaderLockAsync();
            ValueTask<WriterLease> writer = @lock.WriterLockAsync();
            reading.Dispose();
            ResultOf(upgrade).Dispose();
            next.Dispose();
            ResultOf(heldBack).Dispose();
            ResultOf(writer).Downgrade().Dispose();
        }));
        Assert.Equal(0, @lock.WaiterCount);
    }

    // Of a wait that has ended. By a delegate, as analyzers take a call of GetResult for one that blocks.
    private static T ResultOf<T>(ValueTask<T> wait)
    {
        Assert.True(wait.IsCompleted);
        ValueTaskAwaiter<T> awaiter = wait.GetAwaiter();
        return Reading<T>.Read(ref awaiter);
    }

    private static long Allocated(Action use)
    {
        for (var i = 0; i < 200; i++) use();
        return Allocations.LeastOf(() =>
        {
            for (var i = 0; i < 1_000; i++) use();
        });
    }

    private static class Reading<T>
    {
        public delegate T Reader(ref ValueTaskAwaiter<T> awaiter);

        public static Reader Read { get; } =
            typeof(ValueTaskAwaiter<T>).GetMethod(nameof(ValueTaskAwaiter<>.GetResult))!.CreateDelegate<Reader>();
    }
}
