namespace AsyncKit.Tests.Stress;

/// <summary>What is allocated on this thread.</summary>
internal static class Allocations
{
    private const int Attempts = 100;

    /// <summary>The least of some attempts, which end with the first that allocates nothing.</summary>
    /// <remarks>
    /// A listener of an earlier test may be about to leave. Until then waits are reported, which takes memory.
    /// </remarks>
    public static long LeastOf(Action use)
    {
        long least = long.MaxValue;
        for (var attempt = 0; attempt < Attempts && least > 0; attempt++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            use();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
