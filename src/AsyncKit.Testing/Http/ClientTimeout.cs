namespace AsyncKit.Testing;

/// <summary>The timeout of a request of an HttpClient on a given clock, with the exceptions of the real one.</summary>
internal sealed class ClientTimeout(TimeSpan timeout, TimeProvider timeProvider)
{
    private readonly long _start = timeProvider.GetTimestamp();

    /// <summary>Does a part of the request with what is left of the time.</summary>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> part, CancellationToken cancellationToken)
    {
        // The timer lives as long as the part: between the headers and the body there is none that could be left over.
        TimeSpan left = timeout - timeProvider.GetElapsedTime(_start);
        using var limit = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await part(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
            when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TaskCanceledException(
                "The request was canceled due to the configured HttpClient.Timeout of "
                    + $"{timeout.TotalSeconds} seconds elapsing.",
                new TimeoutException(e.Message, e),
                e.CancellationToken);
        }
    }
}
