using AsyncKit.Tests.Contracts.Waits;

namespace AsyncKit.Tests.Contracts.Primitives;

/// <summary>A semaphore whose leases are dropped: others give the permits back.</summary>
internal sealed class SignallingAsyncSemaphoreWaitable(TimeProvider? clock) : AsyncSemaphoreWaitable(clock)
{
    // What is given back without its lease is not reported as released, and a lease that is dropped is garbage.
    public override Traits Traits => (Traits.Lock & ~(Traits.Leases | Traits.ReportsHolds)) | Traits.Allocates;

    public override void LetGo() => Semaphore.Release();

    public override void EndUse(Grant grant) => Semaphore.Release();
}
