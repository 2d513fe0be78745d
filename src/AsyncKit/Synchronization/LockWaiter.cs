using System.Threading.Tasks.Sources;

namespace AsyncKit.Synchronization;

/// <summary>A wait for a lock, or for a condition of it.</summary>
internal sealed class LockWaiter(AsyncLock owner, LockQueue queue)
    : Waiter(queue), IValueTaskSource<AsyncLock.Lease>, IValueTaskSource<bool>, IValueTaskSource
{
    // The condition variable, of a wait for one.
    protected override object Awaited => ResultObject ?? base.Awaited;

    /// <summary>What listeners know the hold by that was given up for the wait, and is there again after
    /// it.</summary>
    public WatchedWait? Holder { get; set; }

    public AsyncLock.Lease GetResult(short token)
    {
        WatchedWait? watched = Watched;
        if (!Take(token, out long number, out _)) return default;
        if (watched is not null) queue.HeldBy(watched, number);
        return new AsyncLock.Lease(owner, number);
    }

    bool IValueTaskSource<bool>.GetResult(short token) => TakeOfCondition(token);

    void IValueTaskSource.GetResult(short token) => TakeOfCondition(token);

    private bool TakeOfCondition(short token)
    {
        if (token != Version || Holder is not { } holder) return Take(token, out _, out _);
        long number = Request;
        Holder = null;
        try
        {
            return Take(token, out _, out _);
        }
        finally
        {
            queue.HeldBy(holder, number);
        }
    }
}
