using AsyncKit.Synchronization;
using AsyncKit.Tests.Contracts.Waits;

namespace AsyncKit.Tests.Contracts.Primitives;

/// <summary>Readers, who wait for a writer, and go on together.</summary>
internal sealed class AsyncReaderWriterLockReaderWaitable(TimeProvider? clock)
    : LeaseWaitable<AsyncReaderWriterLock.ReaderLease>
{
    private readonly AsyncReaderWriterLock _lock = new("law", clock);
    private AsyncReaderWriterLock.WriterLease _writer;

    public override object Primitive => _lock;

    public override Traits Traits => base.Traits & ~Traits.OneAtATime;

    public override int WaiterCount => _lock.WaiterCount;

    public override bool IsTaken => _lock.IsWriterHeld || _lock.ReaderCount > 0;

    public override void Occupy() => Assert.True(_lock.TryWriterLock(out _writer));

    public override void LetGo() => _writer.Dispose();

    protected override bool IsAcquired(AsyncReaderWriterLock.ReaderLease lease) => lease.IsAcquired;

    protected override ValueTask<AsyncReaderWriterLock.ReaderLease> TakeAsync(
        Form form, TimeSpan timeout, CancellationToken cancellationToken) => form switch
        {
            Form.Plain => _lock.ReaderLockAsync(cancellationToken),
            Form.Limited => _lock.ReaderLockAsync(timeout, cancellationToken),
            _ => _lock.TryReaderLockAsync(timeout, cancellationToken),
        };

    protected override AsyncReaderWriterLock.ReaderLease Take(
        Form form, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (form is Form.Plain) return _lock.ReaderLock(cancellationToken);
        if (form is Form.Limited) return _lock.ReaderLock(timeout, cancellationToken);
        bool isAcquired = _lock.TryReaderLock(timeout, out AsyncReaderWriterLock.ReaderLease lease, cancellationToken);
        Assert.Equal(isAcquired, lease.IsAcquired);
        return lease;
    }

    protected override bool TryTake(out AsyncReaderWriterLock.ReaderLease lease) => _lock.TryReaderLock(out lease);
}
