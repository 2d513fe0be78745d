namespace AsyncKit.Testing.Tests.Scheduling;

/// <summary>Work that takes real time, of which a run knows nothing.</summary>
internal static class RealWork
{
    public static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);

    /// <summary>Computes.</summary>
    public static void Compute(TimeSpan time)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(start) < time) Thread.SpinWait(100);
    }

    /// <summary>Waits in a way that the runtime does not announce, as a read of a file does.</summary>
    public static void Read(TimeSpan time)
    {
        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        using var never = new ManualResetEvent(initialState: false);
        never.WaitOne(time);
        SynchronizationContext.SetSynchronizationContext(context);
    }

    /// <summary>Lets somebody who belongs to no test do something after a while.</summary>
    public static void Later(TimeSpan time, Action act)
    {
        var thread = new Thread(() =>
        {
            Read(time);
            act();
        })
        { IsBackground = true };
        thread.UnsafeStart();
    }
}
