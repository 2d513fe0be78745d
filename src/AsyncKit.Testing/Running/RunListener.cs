using AsyncKit.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>Hears, for the runs of the process, that work is on its way to a thread that is not of the pool.</summary>
internal sealed class RunListener : AsyncDiagnosticsListener
{
    /// <summary>For as long as any run goes on.</summary>
    // Also to what only the inspector of a run that is described hears: so code takes the same way in that run as in
    // the schedule of an exploration that it repeats.
    public static SharedSubscription Subscription { get; } = new(
        DiagnosticEvents.ExternalWork | DiagnosticEvents.Waits | DiagnosticEvents.Tasks, new RunListener());

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

    // Nothing above throws but for want of memory.
    protected override void OnFault(Exception fault) => TestEnv.CurrentRun?.Stop(new AsyncTestException(
        AsyncTestFailure.Unhandled, "The test environment could not take note of work.", fault));
}
