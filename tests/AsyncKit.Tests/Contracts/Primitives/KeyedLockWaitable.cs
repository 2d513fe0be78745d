using AsyncKit.Synchronization;
using AsyncKit.Tests.Contracts.Waits;

namespace AsyncKit.Tests.Contracts.Primitives;

internal sealed class KeyedLockWaitable : LeaseWaitable<KeyedLock<string>.Lease>
{
    private const string Key = "orders";

    private readonly KeyedLock<string> _locks;
    private readonly KeyedLock<string>.Lease _other;

    public KeyedLockWaitable(TimeProvider? clock)
    {
        _locks = new(comparer: null, "law", clock);

        // Another key is held all the time, and stands in nobody's way.
        _locks.TryLock("invoices", out _other);
    }

    public override Traits Traits => base.Traits & ~Traits.Counts;

    public override object Primitive => _locks;

    public override bool IsTaken => _locks.IsHeld(Key);

    protected override bool IsAcquired(KeyedLock<string>.Lease lease) => lease.IsAcquired;

    protected override ValueTask<KeyedLock<string>.Lease> TakeAsync(
        Form form, TimeSpan timeout, CancellationToken cancellationToken) => form switch
        {
            Form.Plain => _locks.LockAsync(Key, cancellationToken),
            Form.Limited => _locks.LockAsync(Key, timeout, cancellationToken),
            _ => _locks.TryLockAsync(Key, timeout, cancellationToken),
        };

    protected override KeyedLock<string>.Lease Take(Form form, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (form is Form.Plain) return _locks.Lock(Key, cancellationToken);
        if (form is Form.Limited) return _locks.Lock(Key, timeout, cancellationToken);
        bool isAcquired = _locks.TryLock(Key, timeout, out KeyedLock<string>.Lease lease, cancellationToken);
        Assert.Equal(isAcquired, lease.IsAcquired);
        return lease;
    }

    protected override bool TryTake(out KeyedLock<string>.Lease lease) => _locks.TryLock(Key, out lease);
}
