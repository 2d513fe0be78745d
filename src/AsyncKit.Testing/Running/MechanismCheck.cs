namespace AsyncKit.Testing;

/// <summary>Tries the two behaviours of the runtime without which nothing would stop at the gate or report a wait.</summary>
internal static class MechanismCheck
{
    /// <summary>What is missing; <see langword="null"/>: nothing.</summary>
    public static string? Run()
    {
        if (!GateIsCalledFirst())
            return "its thread pool runs work items without telling AsyncLocal handlers first, so nothing would stop them.";
        return WaitsAreAnnounced() ? null : "it does not announce blocking waits to the SynchronizationContext.";
    }

    private static bool GateIsCalledFirst()
    {
        var isCalled = false;
        var local = new AsyncLocal<object?>(change => isCalled |= change is { ThreadContextChanged: true, CurrentValue: not null });
        var wasCalled = false;
        using var done = new ManualResetEventSlim();
        ExecutionContext.Run(
            ExecutionContext.Capture() ?? throw new InvalidOperationException("The flow of the ExecutionContext is suppressed."),
            _ =>
            {
                local.Value = local;
                ThreadPool.QueueUserWorkItem(_ =>
                {
                    wasCalled = isCalled;
                    done.Set();
                });
            },
            null);
        done.Wait();
        return wasCalled;
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
