namespace AsyncKit.Testing;

/// <summary>Real time, for what cannot be virtual: how long a run itself may wait.</summary>
/// <remarks>The one file of the package that waits for real time. Its callers have a thread of their own.</remarks>
internal static class RealTime
{
    public static long Now => TimeProvider.System.GetTimestamp();

    public static TimeSpan Since(long start) => TimeProvider.System.GetElapsedTime(start);

    public static TimeSpan Between(long start, long end) => TimeProvider.System.GetElapsedTime(start, end);

    /// <summary>Waits for a signal.</summary>
    /// <returns>Whether it came in time.</returns>
    public static bool Wait(WaitHandle signal, TimeSpan limit) => signal.WaitOne(limit);
}
