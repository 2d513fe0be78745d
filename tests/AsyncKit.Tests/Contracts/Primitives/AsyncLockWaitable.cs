using AsyncKit.Synchronization;
using AsyncKit.Tests.Contracts.Waits;

namespace AsyncKit.Tests.Contracts.Primitives;

internal sealed class AsyncLockWaitable(TimeProvider? clock) : LeaseWaitable<AsyncLock.Lease>
{
    private readonly AsyncLock _lock = new("law", clock);

    public override object Primitive => _lock;

    public override int WaiterCount => _lock.WaiterCount;

    public override bool IsTaken => _lock.IsHeld;

    protected override bool IsAcquired(AsyncLock.Lease lease) => lease.IsAcquired;

    protected override ValueTask<AsyncLock.Lease> TakeAsync(
        Form form, TimeSpan timeout, CancellationToken cancellationToken) => form switch
        {
            Form.Plain => _lock.LockAsync(cancellationToken),
            Form.Limited => _lock.LockAsync(timeout, cancellationToken),
            _ => _lock.TryLockAsync(timeout, cancellationToken),
        };

    protected override AsyncLock.Lease Take(Form form, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (form is Form.Plain) return _lock.Lock(cancellationToken);
        if (form is Form.Limited) return _lock.Lock(timeout, cancellationToken);
        Assert.Equal(_lock.TryLock(timeout, out AsyncLock.Lease lease, cancellationToken), lease.IsAcquired);
        return lease;
    }

    protected override bool TryTake(out AsyncLock.Lease lease) => _lock.TryLock(out lease);
}
