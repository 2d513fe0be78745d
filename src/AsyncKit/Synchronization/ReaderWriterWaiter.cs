using System.Threading.Tasks.Sources;
using static AsyncKit.Synchronization.AsyncReaderWriterLock;

namespace AsyncKit.Synchronization;

/// <summary>A wait for a reader/writer lock: the same object may wait to read now, and the next time to
/// write.</summary>
internal sealed class ReaderWriterWaiter(ReaderWriterQueue queue) : Waiter(queue),
    IValueTaskSource<ReaderLease>,
    IValueTaskSource<UpgradeableLease>,
    IValueTaskSource<WriterLease>
{
    public ReaderWriterHold TakeHold(short token)
    {
        WatchedWait? watched = Watched;
        if (!Take(token, out _, out _)) return default;
        ReaderWriterHold held = queue.NewHold();
        if (watched is not null) held.Hold!.HeldBy(watched);
        return held;
    }

    ReaderLease IValueTaskSource<ReaderLease>.GetResult(short token) => new(TakeHold(token));

    UpgradeableLease IValueTaskSource<UpgradeableLease>.GetResult(short token) => new(TakeHold(token));

    WriterLease IValueTaskSource<WriterLease>.GetResult(short token) => new(TakeHold(token));
}
