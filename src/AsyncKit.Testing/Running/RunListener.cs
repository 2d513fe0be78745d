using AsyncKit.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>Hears, for the runs of the process, what the primitives of AsyncKit tell: who waits for what, and that work
/// is on its way to a thread that is not of the pool.</summary>
internal sealed class RunListener : AsyncDiagnosticsListener
{
    /// <summary>For as long as any run goes on.</summary>
    public static SharedSubscription Subscription { get; } =
        new(DiagnosticEvents.ExternalWork | DiagnosticEvents.Waits, new RunListener());

    protected override object? OnExternalWorkBegun(object source)
    {
        TestRun? run = TestEnv.CurrentRun;
        run?.External.Begin();
        return run;
    }

    protected override void OnExternalWorkEnded(object source, object? state)
    {
        if (state is not TestRun run) return;
        run.External.End();
        run.Wake();
    }

    protected override void OnWaiting(object resource, object waiter) =>
        TestEnv.CurrentRun?.Waits.Waiting(resource, waiter);

    protected override void OnWaitEnded(object resource, object waiter) =>
        TestEnv.CurrentRun?.Waits.WaitEnded(resource, waiter);

    protected override void OnHeld(object resource, object holder) => TestEnv.CurrentRun?.Waits.Held(resource, holder);

    protected override void OnReleased(object resource, object holder) =>
        TestEnv.CurrentRun?.Waits.Released(resource, holder);

    // Nothing above throws but for want of memory.
    protected override void OnFault(Exception fault) => TestEnv.CurrentRun?.Stop(new AsyncTestException(
        AsyncTestFailure.Unhandled, "The test environment could not take note of a wait.", fault));
}
