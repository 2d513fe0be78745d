using AsyncKit.Timing;

namespace AsyncKit.Http;

/// <summary>Runs work under a time limit, and tells the passing of it from a timeout the work itself met.</summary>
internal static class OwnTimeout
{
    /// <summary>Runs the work; when it is cut because the limit passed, the answer is made from the timeout.</summary>
    public static async Task<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> operation,
        Deadline deadline,
        Func<TimeoutException, T> onTimeout,
        CancellationToken cancellationToken)
    {
        TimeoutException? foreign = null;
        try
        {
            return await Timeouts.RunAsync(
                async token =>
                {
                    try
                    {
                        return await operation(token).ConfigureAwait(false);
                    }
                    catch (TimeoutException e)
                    {
                        foreign = e;
                        throw;
                    }
                },
                deadline,
                cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e) when (e != foreign)
        {
            return onTimeout(e);
        }
    }
}
