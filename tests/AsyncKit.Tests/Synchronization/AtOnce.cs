namespace AsyncKit.Tests.Synchronization;

/// <summary>Work of a strand that never waits.</summary>
/// <remarks>
/// Cancelling by <c>CancelAsync</c> goes through the thread pool, and a schedule takes a hundred times as long.
/// </remarks>
internal static class AtOnce
{
    public static Func<Task> Do(Action work) => () =>
    {
        work();
        return Task.CompletedTask;
    };
}
