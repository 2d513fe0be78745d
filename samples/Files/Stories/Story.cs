namespace Files.Stories;

/// <summary>What stories have in common.</summary>
internal static class Story
{
    /// <summary>Says that something has to be so.</summary>
    /// <exception cref="InvalidOperationException">It is not.</exception>
    public static void Requires(bool condition, string claim)
    {
        if (!condition) throw new InvalidOperationException(claim);
    }

    /// <summary>Does something, and tells how many milliseconds it took.</summary>
    public static async Task<(T Result, double Milliseconds)> MeasureAsync<T>(Func<Task<T>> workAsync)
    {
        long start = TimeProvider.System.GetTimestamp();
        T result = await workAsync();
        return (result, TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
    }
}
