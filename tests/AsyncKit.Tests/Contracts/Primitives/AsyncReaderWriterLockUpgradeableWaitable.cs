using AsyncKit.Synchronization;
using AsyncKit.Tests.Contracts.Waits;

namespace AsyncKit.Tests.Contracts.Primitives;

internal sealed class AsyncReaderWriterLockUpgradeableWaitable(TimeProvider? clock)
    : LeaseWaitable<AsyncReaderWriterLock.UpgradeableLease>
{
    private readonly AsyncReaderWriterLock _lock = new("law", clock);

    public override object Primitive => _lock;

    public override int WaiterCount => _lock.WaiterCount;

    public override bool IsTaken => _lock.IsUpgradeableHeld;

    protected override bool IsAcquired(AsyncReaderWriterLock.UpgradeableLease lease) => lease.IsAcquired;

    protected override ValueTask<AsyncReaderWriterLock.UpgradeableLease> TakeAsync(
        Form form, TimeSpan timeout, CancellationToken cancellationToken) => form switch
        {
            Form.Plain => _lock.UpgradeableReaderLockAsync(cancellationToken),
            Form.Limited => _lock.UpgradeableReaderLockAsync(timeout, cancellationToken),
            _ => _lock.TryUpgradeableReaderLockAsync(timeout, cancellationToken),
        };

    protected override AsyncReaderWriterLock.UpgradeableLease Take(
        Form form, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (form is Form.Plain) return _lock.UpgradeableReaderLock(cancellationToken);
        if (form is Form.Limited) return _lock.UpgradeableReaderLock(timeout, cancellationToken);
        bool isAcquired = _lock.TryUpgradeableReaderLock(
            timeout, out AsyncReaderWriterLock.UpgradeableLease lease, cancellationToken);
        Assert.Equal(isAcquired, lease.IsAcquired);
        return lease;
    }

    protected override bool TryTake(out AsyncReaderWriterLock.UpgradeableLease lease) =>
        _lock.TryUpgradeableReaderLock(out lease);
}
