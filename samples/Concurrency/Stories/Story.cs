namespace Concurrency.Stories;

/// <summary>What stories have in common.</summary>
internal static class Story
{
    /// <summary>Says that something has to be so.</summary>
    /// <exception cref="InvalidOperationException">It is not.</exception>
    public static void Requires(bool condition, string claim)
    {
        if (!condition) throw new InvalidOperationException(claim);
    }

    /// <summary>Takes as long as a call over the network may.</summary>
    public static Task LatencyAsync(int milliseconds, CancellationToken cancellationToken) =>
        Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System, cancellationToken);
}
