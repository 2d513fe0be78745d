using AsyncKit.Synchronization;
using AsyncKit.Tests.Contracts.Waits;

namespace AsyncKit.Tests.Contracts.Primitives;

internal sealed class AsyncReaderWriterLockWriterWaitable(TimeProvider? clock)
    : LeaseWaitable<AsyncReaderWriterLock.WriterLease>
{
    private readonly AsyncReaderWriterLock _lock = new("law", clock);

    public override object Primitive => _lock;

    public override int WaiterCount => _lock.WaiterCount;

    public override bool IsTaken => _lock.IsWriterHeld;

    protected override bool IsAcquired(AsyncReaderWriterLock.WriterLease lease) => lease.IsAcquired;

    protected override ValueTask<AsyncReaderWriterLock.WriterLease> TakeAsync(
        Form form, TimeSpan timeout, CancellationToken cancellationToken) => form switch
        {
            Form.Plain => _lock.WriterLockAsync(cancellationToken),
            Form.Limited => _lock.WriterLockAsync(timeout, cancellationToken),
            _ => _lock.TryWriterLockAsync(timeout, cancellationToken),
        };

    protected override AsyncReaderWriterLock.WriterLease Take(
        Form form, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (form is Form.Plain) return _lock.WriterLock(cancellationToken);
        if (form is Form.Limited) return _lock.WriterLock(timeout, cancellationToken);
        bool isAcquired = _lock.TryWriterLock(timeout, out AsyncReaderWriterLock.WriterLease lease, cancellationToken);
        Assert.Equal(isAcquired, lease.IsAcquired);
        return lease;
    }

    protected override bool TryTake(out AsyncReaderWriterLock.WriterLease lease) => _lock.TryWriterLock(out lease);
}
