namespace AsyncKit.Testing;

/// <summary>Tries the two behaviours of the runtime without which nothing would stop at the gate or report a
/// wait.</summary>
internal static class MechanismCheck
{
    /// <summary>What is missing; <see langword="null"/>: nothing.</summary>
    public static string? Run()
    {
        if (!GateIsCalledFirst())
            return "its pool runs work without telling AsyncLocal handlers first, so nothing would stop it at a gate.";
        return WaitsAreAnnounced() ? null : "it does not announce blocking waits to the SynchronizationContext.";
    }

    // On a thread whose context nobody has suppressed.
    private static bool GateIsCalledFirst()
    {
        var isCalled = false;
        var wasCalledFirst = false;
        using var done = new ManualResetEventSlim();
        var local = new AsyncLocal<object?>(change =>
            isCalled |= change is { ThreadContextChanged: true, CurrentValue: not null });
        PumpThread.Run(_ =>
        {
            local.Value = local;
            ThreadPool.QueueUserWorkItem(_ =>
            {
                wasCalledFirst = isCalled;
                done.Set();
            });
            local.Value = null;
        });
        done.Wait();
        return wasCalledFirst;
    }

    private static bool WaitsAreAnnounced()
    {
        SynchronizationContext? context = SynchronizationContext.Current;
        var listener = new ListeningContext();
        SynchronizationContext.SetSynchronizationContext(listener);
        try
        {
            using var isSet = new AutoResetEvent(initialState: true);
            isSet.WaitOne();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }

        return listener.WasAsked;
    }

    private sealed class ListeningContext : SynchronizationContext
    {
        public ListeningContext() => SetWaitNotificationRequired();

        public bool WasAsked { get; private set; }

        public override int Wait(IntPtr[] waitHandles, bool waitAll, int millisecondsTimeout)
        {
            WasAsked = true;
            return WaitHelper(waitHandles, waitAll, millisecondsTimeout);
        }
    }
}
