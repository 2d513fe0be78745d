using AsyncKit.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>Starts the work of a strand, in a step of its own.</summary>
internal static class StrandStart
{
    /// <summary>Starts it.</summary>
    /// <param name="strand">The strand.</param>
    /// <param name="work">The work.</param>
    /// <param name="end">Gets the task of the work when that has completed, in the step that completed it.</param>
    public static void Begin(Strand strand, Func<Task> work, Action<Task> end) => _ = BeginAsync(strand, work, end);

    // Async for the sake of the contexts, which its caller gets back. It does not await the work: where it would go on
    // then is one more step, of nobody's.
    private static async Task BeginAsync(Strand strand, Func<Task> work, Action<Task> end)
    {
        Gate.Assign(strand);
        AsyncDiagnostics.TaskBegun(strand, parent: strand.Scheduler.Root);
        SynchronizationContext.SetSynchronizationContext(strand.Context);
        await new StrandYield(strand, "begins").Task.ConfigureAwait(false);
        _ = StartAsync(work).ContinueWith(
            task =>
            {
                AsyncDiagnostics.TaskEnded(strand);
                end(task);
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private static Task StartAsync(Func<Task> work)
    {
        try
        {
            return work() ?? throw new InvalidOperationException("The work returned null instead of a task.");
        }
        catch (Exception e)
        {
            return Task.FromException(e);
        }
    }
}
