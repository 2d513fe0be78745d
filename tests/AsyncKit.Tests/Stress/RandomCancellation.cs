namespace AsyncKit.Tests.Stress;

/// <summary>Waits that are cancelled now and then, at the same moment as they may be granted.</summary>
internal static class RandomCancellation
{
    /// <summary>Waits; one time in three with a token that is cancelled meanwhile.</summary>
    /// <returns>Whether the wait was granted.</returns>
    public static async Task<bool> TryWaitAsync(
        Random random, Func<CancellationToken, ValueTask> waitAsync, CancellationToken cancellationToken)
    {
        if (random.Next(3) is not 0)
        {
            await waitAsync(cancellationToken);
            return true;
        }

        using var cancellation = new CancellationTokenSource();
        ValueTask wait = waitAsync(cancellation.Token);
        Task cancelling = random.Next(2) is 0
            ? cancellation.CancelAsync()
            : Task.Run(cancellation.Cancel, cancellationToken);
        try
        {
            await wait;
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        finally
        {
            await cancelling;
        }
    }
}
