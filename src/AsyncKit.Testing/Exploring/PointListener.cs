using AsyncKit.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>Makes choices, in explored runs, of the points at which the primitives of AsyncKit decide an order without
/// a suspension.</summary>
/// <remarks>
/// Asynchronous points everywhere; synchronous ones on other threads than the pump. On the pump the running code could
/// only be overtaken by code on top of it, on the same thread, which would walk through every <c>lock</c> it holds.
/// </remarks>
internal sealed class PointListener : AsyncDiagnosticsListener
{
    /// <summary>For as long as any exploration goes on.</summary>
    public static SharedSubscription Subscription { get; } =
        new(DiagnosticEvents.SchedulingPoints, new PointListener());

    protected override ValueTask OnSchedulingPointAsync(object source, string operation) =>
        Explored is { } strand ? new StrandYield(strand, $"{operation} ({source})").Task : default;

    protected override void OnSchedulingPoint(object source, string operation)
    {
        if (Explored is { Scheduler: var scheduler } && !scheduler.IsOnPump) scheduler.Turns.Yield(GatedThread.Current);
    }

    protected override void OnFault(Exception fault) => TestEnv.CurrentRun?.Stop(new AsyncTestException(
        AsyncTestFailure.Unhandled, "The test environment could not hold an operation up.", fault));

    private static Strand? Explored =>
        Gate.Current is { Scheduler: { IsOver: false, Decisions: not null } } strand ? strand : null;
}
