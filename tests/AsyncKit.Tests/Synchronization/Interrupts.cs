namespace AsyncKit.Tests.Synchronization;

/// <summary>The interrupt that is left to a thread for its next wait.</summary>
internal static class Interrupts
{
    /// <summary>Takes it from the running thread.</summary>
    /// <returns>Whether there was one.</returns>
    public static bool TakeOwn()
    {
        try
        {
            using var never = new ManualResetEvent(initialState: false);
            never.WaitOne(1);
            return false;
        }
        catch (ThreadInterruptedException)
        {
            return true;
        }
    }
}
