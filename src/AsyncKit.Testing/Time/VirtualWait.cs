namespace AsyncKit.Testing;

/// <summary>Waits on a clock so that what waited goes on inside the move of the clock that ends the wait.</summary>
/// <remarks>
/// Not Task.Delay: it hands its cancellation to the thread pool, and the code under test would go on only some time
/// after the clock was moved.
/// </remarks>
internal static class VirtualWait
{
    /// <summary>Waits for a time that a timer can take: zero or more, or infinite.</summary>
    public static async Task DelayAsync(
        TimeSpan delay, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (delay == TimeSpan.Zero) return;
        var end = new TaskCompletionSource();
        using CancellationTokenRegistration cancel = cancellationToken.UnsafeRegister(
            static (end, token) => ((TaskCompletionSource)end!).TrySetCanceled(token), end);
        using ITimer? timer = delay == Timeout.InfiniteTimeSpan ? null : timeProvider.CreateTimer(
            static end => ((TaskCompletionSource)end!).TrySetResult(), end, delay, Timeout.InfiniteTimeSpan);
        await end.Task.ConfigureAwait(false);
    }
}
