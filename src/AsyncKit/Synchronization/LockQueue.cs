namespace AsyncKit.Synchronization;

/// <summary>Those who wait for a lock, and for its conditions.</summary>
internal sealed class LockQueue(AsyncLock owner, TimeProvider timeProvider) : WaitQueue(owner, timeProvider)
{
    /// <summary>What a waiter asks for that does not ask for its earlier hold, by number.</summary>
    public const long NewHold = 0;

    // The newest number, while the lock is held again under an older one; otherwise zero. As the next number must
    // be new, such a hold is released under the gate, whether anybody waits or not.
    private long _newest;
    private WatchedHold? _holder;

    public void Release(long number)
    {
        var ended = new EndedWaiters();
        Enter();
        TryFree(number, ref ended);
        Exit(ended);
    }

    /// <summary>Whether a wait with these limits ends before it begins, without the lock being given up.</summary>
    public static bool IsOverAtOnce(in WaitLimits limits) =>
        limits.Token.IsCancellationRequested || limits.Timeout == TimeSpan.Zero;

    public LockWaiter? StepAside(
        AsyncConditionVariable condition, WaitList list, long number, in WaitLimits limits, bool isBlocking)
    {
        var waiter = (LockWaiter)EnterWithWaiter(number, limits, isBlocking, out long due);
        waiter.ResultObject = condition;
        if (IsOverAtOnce(limits))
        {
            waiter.FinishUnseen(limits.Token.IsCancellationRequested ? WaitEnd.Cancelled : WaitEnd.TimedOut);
            Exit();
            return waiter;
        }

        // In the list before anybody else can have the lock: no notification passes it by.
        var ended = new EndedWaiters();
        bool wasHeld = TryFree(number, ref ended);
        if (wasHeld) Append(waiter, list, due);
        Exit(ended);
        if (wasHeld) Watch(waiter);
        else TryTakeBack(waiter, waiter.Version, isIdle: true);
        return wasHeld ? waiter : null;
    }

    public void Notify(WaitList list, int count)
    {
        var ended = new EndedWaiters();
        Enter();
        for (var left = count; left > 0 && list.First is { } first; left--)
            End(first, WaitEnd.Granted, ref ended);
        Exit(ended);
    }

    public void HeldBy(WatchedWait holder, long number)
    {
        _holder = new WatchedHold(holder, number);
        holder.Held();
    }

    public WatchedWait? ReportRelease(long number) =>
        owner.State.IsHeldUnder(number) ? WatchedHold.ReportRelease(ref _holder, number) : null;

    protected override Waiter CreateWaiter() => new LockWaiter(owner, this);

    protected override bool TryTake(Waiter waiter)
    {
        bool isNew = waiter.Request is NewHold;
        bool isTaken = isNew
            ? owner.State.TryTakeOrQueue(out long number)
            : owner.State.TryTakeAgainOrQueue(waiter.Request, out number);
        if (!isTaken) return false;
        waiter.Result = isNew ? number : waiter.Request;
        if (!isNew) _newest = number;
        return true;
    }

    protected override void OnLeft(WaitList list, ref EndedWaiters ended) => ForgetEmptyQueue();

    protected override void OnEnded(Waiter waiter, WaitList list, ref EndedWaiters ended)
    {
        // Who waited for a condition stands in line for the lock from now on, and nothing ends that but the lock.
        // So a notification wakes nobody who would only find the lock held.
        if (list == Waiters) base.OnEnded(waiter, list, ref ended);
        else if (Waiters.First is null && TryTake(waiter)) ended.Add(waiter);
        else Waiters.Append(waiter);
    }

    private bool TryFree(long number, ref EndedWaiters ended)
    {
        // Free, but only for the queue: a newcomer sees that there is one.
        if (!owner.State.TryReleaseToQueue(number, next: Math.Max(number, _newest) + 1)) return false;
        _newest = 0;

        // One holder: when the first may go, no other may, and is not asked.
        if (Waiters.First is { } first && TryTake(first)) Grant(first, ref ended);
        ForgetEmptyQueue();
        return true;
    }

    private void ForgetEmptyQueue()
    {
        if (Waiters.Count is 0 && _newest is 0) owner.State.ForgetQueue();
    }
}
