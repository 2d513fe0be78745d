namespace AsyncKit.Testing;

/// <summary>Bodies of tests that may end with what the exploration did to them.</summary>
internal static class ExploredBody
{
    /// <summary>One that may end cancelled.</summary>
    public static Func<TestEnv, Task> Cancellable(
        Func<TestEnv, CancellationToken, Task> body, Decisions decisions) => env =>
    {
        var cancellation = new CancellationTokenSource();
        decisions.Cancellation = cancellation;
        decisions.CancelBefore(0);
        return RunAsync(
            () => body(env, cancellation.Token),
            ended =>
            {
                decisions.Cancellation = null;
                bool isAsAsked = cancellation.IsCancellationRequested
                    && (ended.IsCanceled || AreAll(ended, static e => e is OperationCanceledException));
                cancellation.Dispose();
                return isAsAsked;
            });
    };

    /// <summary>One that may end with the fault it met, where faults are not choices but happen once.</summary>
    public static Func<TestEnv, Task> Failable(Func<TestEnv, Task> body, Decisions decisions) => env => RunAsync(
        () => body(env),
        ended => decisions.Schedule.FaultAt is not null && AreAll(ended, e => IsOrHas(e, decisions.Injected)));

    private static Task RunAsync(Func<Task> start, Func<Task, bool> isAsExpected)
    {
        Task body;
        try
        {
            body = start()
                ?? throw new InvalidOperationException("The body of the test returned null instead of a task.");
        }
        catch (Exception e)
        {
            body = Task.FromException(e);
        }

        // Inside the step in which the body ends. To await it would be one step more than the body has, and with
        // ConfigureAwait(false) one on the thread pool.
        return body.ContinueWith(
            ended => isAsExpected(ended) ? Task.CompletedTask : ended,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default).Unwrap();
    }

    private static bool AreAll(Task ended, Func<Exception, bool> isExpected) =>
        ended.Exception is { InnerExceptions: var faults } && faults.All(isExpected);

    private static bool IsOrHas(Exception? exception, Exception? injected)
    {
        for (; exception is not null && injected is not null; exception = exception.InnerException)
        {
            if (exception == injected) return true;
        }

        return false;
    }
}
