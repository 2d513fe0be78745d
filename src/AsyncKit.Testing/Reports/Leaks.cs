namespace AsyncKit.Testing;

/// <summary>Looks for what a test has left behind.</summary>
internal static class Leaks
{
    public static AsyncTestException? Find(TestRun run, LeakChecks checks)
    {
        List<string> found = [];
        if (checks.HasFlag(LeakChecks.Work)) found.AddRange(run.Work.Left.Select(Describe));
        if (checks.HasFlag(LeakChecks.Timers))
            found.AddRange(run.Time.Waiting().Select(static timer => $"{timer.What}, due at {timer.Due}"));
        if (checks.HasFlag(LeakChecks.AsyncVoid) && run.Scheduler.AsyncVoids.Running is > 0 and var running)
            found.Add($"{running} async void methods that have not ended");
        if (checks.HasFlag(LeakChecks.BlockedThreads) && run.Scheduler.Turns.Blocked.Count > 0)
        {
            run.Scheduler.Turns.LocateBlocked();
            found.AddRange(run.Scheduler.Turns.Blocked.Select(static thread =>
                $"a thread of {thread.Strand!.Name} that blocks:\n{thread.Site}"));
        }

        if (checks.HasFlag(LeakChecks.PendingMethods)) found.AddRange(PendingMethods.Of(run.Scheduler));
        if (checks.HasFlag(LeakChecks.UnobservedExceptions))
        {
            UnobservedExceptions.Collect(run);
            found.AddRange(run.Unobserved.Snapshot().Select(static exception =>
                $"a task that faulted and nobody looked: {exception.GetType().Name}: {exception.Message}"));
        }

        return found.Count is 0 ? null : run.Report.Leak(string.Join('\n', found.Select(static line => "  " + line)));
    }

    private static string Describe((string Name, Task Task) work) => work.Task.IsFaulted
        ? $"the strand '{work.Name}' faulted and nobody looked: {work.Task.Exception!.InnerException!.Message}"
        : $"the strand '{work.Name}', which has not ended";
}
