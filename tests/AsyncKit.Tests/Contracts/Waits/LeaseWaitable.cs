namespace AsyncKit.Tests.Contracts.Waits;

/// <summary>A primitive whose grants are leases.</summary>
internal abstract class LeaseWaitable<TLease> : Waitable
    where TLease : struct, IDisposable
{
    private readonly Func<TLease, Grant> _toGrant;
    private TLease _occupier;

    protected LeaseWaitable() => _toGrant = lease => new Grant(IsAcquired(lease), lease);

    public override Traits Traits => Traits.Lock;

    public sealed override Pending WaitAsync(
        Form form, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        Pending.Of(TakeAsync(form, timeout, cancellationToken), _toGrant);

    public sealed override Grant Wait(Form form, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        _toGrant(Take(form, timeout, cancellationToken));

    public override Grant TryNow() => TryTake(out TLease lease) ? _toGrant(lease) : new Grant(IsGranted: false);

    public override void Occupy() => Assert.True(TryTake(out _occupier));

    public override void LetGo() => _occupier.Dispose();

    public override void EndUse(Grant grant) => ((TLease)grant.Lease!).Dispose();

    public sealed override void UseFree(Form form, TimeSpan timeout, CancellationToken cancellationToken) =>
        Result.Of(TakeAsync(form, timeout, cancellationToken)).Dispose();

    public sealed override void UseTaken(Form form, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ValueTask<TLease> wait = TakeAsync(form, timeout, cancellationToken);
        LetGo();
        Result.Of(wait).Dispose();
        Occupy();
    }

    protected abstract bool IsAcquired(TLease lease);

    protected abstract ValueTask<TLease> TakeAsync(Form form, TimeSpan timeout, CancellationToken cancellationToken);

    protected abstract TLease Take(Form form, TimeSpan timeout, CancellationToken cancellationToken);

    protected abstract bool TryTake(out TLease lease);
}
