namespace AsyncKit.Testing;

/// <summary>What happens when code of a test blocks its thread: the runtime asks here before it does.</summary>
internal sealed class BlockingCalls(Scheduler scheduler, BlockingPolicy policy)
{
    // A lock may be held for a moment by somebody outside the test: another test, or the framework itself. Whoever that
    // is may have to wait for a processor meanwhile.
    private static readonly TimeSpan _lockPatience = TimeSpan.FromMilliseconds(500);

    public int Wait(BlockingWait wait)
    {
        if (wait.TryEnd()) return wait.Result.Value;
        bool isPump = scheduler.IsOnPump;
        GatedThread? thread = isPump ? null : GatedThread.Current;
        bool hasTurn = isPump || thread!.Is(scheduler, TurnState.Running);
        if (scheduler.IsOver || policy is BlockingPolicy.Ignore || !hasTurn || IsLockOfTasks(isPump))
        {
            wait.Block(Timeout.InfiniteTimeSpan);
            return wait.Result!.Value;
        }

        if (IsLockHeldOutside() && wait.Block(_lockPatience)) return wait.Result!.Value;
        if (isPump && IsLockOfAnExploredRun())
        {
            scheduler.Run!.Loop.RunThreadsUntilOver(wait);
            if (wait.TryEnd()) return wait.Result.Value;
        }

        if (policy is BlockingPolicy.Fail || (isPump && policy is BlockingPolicy.FailOnTestThread)) return Refuse(wait);
        if (thread is null) scheduler.Run!.Loop.RunUntilOver(wait);
        else scheduler.Turns.Block(thread, wait);
        return wait.Result!.Value;
    }

    // Locks that are held for some instructions only, by all threads of the process. Who is woken to take one is the
    // only one to be woken until it has: stopped for its turn, it would hold up all others, and the pump among them.
    // Waits of the pump that are on top of each other make stacks that take too long to look at.
    private bool IsLockOfTasks(bool isPump) =>
        !(isPump && policy is BlockingPolicy.Pump && scheduler.Decisions is null) && CallSite.IsInLockOfTasks();

    // Where no other code of the run was stopped in the middle, none of it can hold a lock. Who does, such as another
    // test in a lock of the framework, lets it go whatever this run does: to give the turn to others meanwhile would
    // make the order of the steps a matter of luck.
    private bool IsLockHeldOutside() =>
        !scheduler.Turns.AreInTheMiddle && !scheduler.Run!.Loop.IsInTheMiddle && CallSite.IsInLock();

    // Whoever holds the lock was stopped inside of it by a choice.
    private bool IsLockOfAnExploredRun() => scheduler.Decisions is not null && CallSite.IsInLock();

    private int Refuse(BlockingWait wait)
    {
        CallSite site = CallSite.Here();
        if (site.IsLock && wait.Block(_lockPatience)) return wait.Result!.Value;
        var refused = new AsyncTestException(
            AsyncTestFailure.BlockingCall,
            $"""
            This call blocks the thread that the test runs on, so nothing of the test can run that would end the wait.
            Await instead; or, for code that cannot, set AsyncTestOptions.Blocking to BlockingPolicy.Pump.
            {site}
            """);

        // Also when the code catches it.
        throw scheduler.Run?.Stop(refused) ?? refused;
    }
}
