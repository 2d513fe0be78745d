using AsyncKit.Synchronization;
using AsyncKit.Tests.Contracts.Waits;

namespace AsyncKit.Tests.Contracts.Primitives;

internal class AsyncSemaphoreWaitable(TimeProvider? clock, int permits) : LeaseWaitable<AsyncSemaphore.Lease>
{
    public AsyncSemaphoreWaitable(TimeProvider? clock)
        : this(clock, permits: 1)
    {
    }

    public override object Primitive => Semaphore;

    public override int WaiterCount => Semaphore.WaiterCount;

    public override bool IsTaken => Semaphore.CurrentCount is 0;

    protected AsyncSemaphore Semaphore { get; } = new(permits, "law", clock);

    protected override bool IsAcquired(AsyncSemaphore.Lease lease) => lease.IsAcquired;

    protected override ValueTask<AsyncSemaphore.Lease> TakeAsync(
        Form form, TimeSpan timeout, CancellationToken cancellationToken) => form switch
        {
            Form.Plain => Semaphore.AcquireAsync(permits, cancellationToken),
            Form.Limited => Semaphore.AcquireAsync(permits, timeout, cancellationToken),
            _ => Semaphore.TryAcquireAsync(permits, timeout, cancellationToken),
        };

    protected override AsyncSemaphore.Lease Take(Form form, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (form is Form.Plain) return Semaphore.Acquire(permits, cancellationToken);
        if (form is Form.Limited) return Semaphore.Acquire(permits, timeout, cancellationToken);
        bool isAcquired = Semaphore.TryAcquire(permits, timeout, out AsyncSemaphore.Lease lease, cancellationToken);
        Assert.Equal(isAcquired, lease.IsAcquired);
        return lease;
    }

    protected override bool TryTake(out AsyncSemaphore.Lease lease) => Semaphore.TryAcquire(out lease, permits);
}
