using AsyncKit.Diagnostics;

namespace AsyncKit.Concurrency;

/// <summary>A permit of a runner that an item takes and gives back while somebody listens.</summary>
/// <remarks>It is the item's name in reports: waiter first, holder then.</remarks>
internal sealed class WatchedPermit(BoundedRunner runner, SemaphoreSlim permits, int index)
{
    /// <summary>Whether somebody listens: the one question that is asked for an item.</summary>
    public static bool IsWanted =>
        AsyncDiagnostics.IsEnabled(DiagnosticEvents.SchedulingPoints | DiagnosticEvents.Waits);

    public async Task TakeAsync(CancellationToken cancellationToken)
    {
        await AsyncDiagnostics.SchedulingPointAsync(runner, "take a permit").ConfigureAwait(false);
        Task granted = permits.WaitAsync(cancellationToken);
        if (!granted.IsCompleted)
        {
            AsyncDiagnostics.Waiting(runner, this);
            await granted.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            AsyncDiagnostics.WaitEnded(runner, this);
        }

        await granted.ConfigureAwait(false);
        AsyncDiagnostics.Held(runner, this);
    }

    public void Give()
    {
        AsyncDiagnostics.SchedulingPoint(runner, "give a permit back");
        AsyncDiagnostics.Released(runner, this);
        permits.Release();
    }

    public override string ToString() => $"item {index} of {runner}";
}
