namespace AsyncKit.Diagnostics;

/// <summary>How threads of ours wait in a monitor.</summary>
internal static class PulsedWait
{
    /// <summary>Waits until something is so, but not longer than a time. The caller has the monitor.</summary>
    /// <param name="monitor">It is pulsed when that may have changed.</param>
    /// <param name="time">How long, or infinite.</param>
    /// <param name="state">What is asked.</param>
    /// <param name="isSo">Whether it is so.</param>
    /// <returns>Whether it is so in the end.</returns>
    public static bool Until<T>(object monitor, TimeSpan time, T state, Func<T, bool> isSo)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (!isSo(state))
        {
            TimeSpan left = time;
            if (time != Timeout.InfiniteTimeSpan)
            {
                left = time - TimeProvider.System.GetElapsedTime(started);
                if (left <= TimeSpan.Zero) return false;
            }

            WaitForPulse(monitor, left);
        }

        return true;
    }

    private static void WaitForPulse(object monitor, TimeSpan time)
    {
        try
        {
            // It takes whole milliseconds, and a part of one for no wait at all: again and again, until that was over.
            Monitor.Wait(monitor, (int)Math.Ceiling(time.TotalMilliseconds));
        }
        catch (ThreadInterruptedException)
        {
            // Of somebody who held on to the thread after his code had ended there: it means none that waits here.
        }
    }
}
