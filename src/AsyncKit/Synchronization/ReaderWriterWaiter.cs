using System.Threading.Tasks.Sources;
using static AsyncKit.Synchronization.AsyncReaderWriterLock;

namespace AsyncKit.Synchronization;

/// <summary>A wait for a reader/writer lock: the same object may wait to read now, and to write the next
/// time.</summary>
internal sealed class ReaderWriterWaiter(ReaderWriterQueue queue) : Waiter(queue),
    IValueTaskSource<ReaderWriterHold>,
    IValueTaskSource<ReaderLease>,
    IValueTaskSource<UpgradeableLease>,
    IValueTaskSource<WriterLease>
{
    public ReaderWriterHold GetResult(short token) => Take(token, out _, out _) ? queue.NewHold() : default;

    ReaderLease IValueTaskSource<ReaderLease>.GetResult(short token) => new(GetResult(token));

    UpgradeableLease IValueTaskSource<UpgradeableLease>.GetResult(short token) => new(GetResult(token));

    WriterLease IValueTaskSource<WriterLease>.GetResult(short token) => new(GetResult(token));
}
