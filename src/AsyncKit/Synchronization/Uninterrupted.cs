namespace AsyncKit.Synchronization;

/// <summary>Does what must not be lost to a <see cref="Thread.Interrupt"/>, and leaves that to the next wait of the
/// thread.</summary>
/// <remarks>
/// Locks throw it where they are contended, also those of the framework: that of a token, of the timers. Whoever gives
/// something back, or has just been given it, would lose it.
/// </remarks>
internal static class Uninterrupted
{
    /// <summary>Does it, again if need be: until it is interrupted, it must not have had an effect.</summary>
    public static TResult Do<T, TResult>(T state, Func<T, TResult> action)
    {
        var wasInterrupted = false;
        while (true)
        {
            try
            {
                TResult result = action(state);
                if (wasInterrupted) Thread.CurrentThread.Interrupt();
                return result;
            }
            catch (ThreadInterruptedException)
            {
                wasInterrupted = true;
            }
        }
    }
}
