using System.Threading.Tasks.Sources;

namespace AsyncKit.Synchronization;

/// <summary>A wait for permits.</summary>
internal sealed class PermitWaiter(AsyncSemaphore owner, SemaphoreQueue queue)
    : Waiter(queue), IValueTaskSource<AsyncSemaphore.Lease>
{
    public AsyncSemaphore.Lease GetResult(short token)
    {
        int permits = (int)Request;
        WatchedWait? watched = Watched;
        if (!Take(token, out _, out _)) return default;
        AsyncSemaphore.Lease lease = owner.NewLease(queue.TakeSpareHold(), permits);
        if (watched is not null) lease.HeldBy(watched);
        return lease;
    }
}
