namespace AsyncKit.Testing;

/// <summary>Bodies of tests that may end with what the exploration did to them.</summary>
/// <remarks>Awaits stay in the context of the run: each would send a test to the thread pool that has nothing to do
/// there, where it is explored at a fraction of the speed.</remarks>
internal static class ExploredBody
{
    /// <summary>One that may end cancelled.</summary>
    public static Func<TestEnv, Task> Cancellable(
        Func<TestEnv, CancellationToken, Task> body, Decisions decisions) => async env =>
    {
        using var cancellation = new CancellationTokenSource();
        decisions.Cancellation = cancellation;
        decisions.CancelBefore(0);
        try
        {
            await body(env, cancellation.Token).ConfigureAwait(true);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // As asked.
        }
        finally
        {
            decisions.Cancellation = null;
        }
    };

    /// <summary>One that may end with the fault it met, where faults are not choices but happen once.</summary>
    public static Func<TestEnv, Task> Failable(Func<TestEnv, Task> body, Decisions decisions) => async env =>
    {
        try
        {
            await body(env).ConfigureAwait(true);
        }
        catch (Exception e) when (decisions.Schedule.FaultAt is not null && IsOrHas(e, decisions.Injected))
        {
            // What was thrown has come through.
        }
    };

    private static bool IsOrHas(Exception? exception, Exception? injected)
    {
        for (; exception is not null && injected is not null; exception = exception.InnerException)
        {
            if (exception == injected) return true;
        }

        return false;
    }
}
