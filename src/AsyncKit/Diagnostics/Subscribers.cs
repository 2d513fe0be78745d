using System.Diagnostics;

namespace AsyncKit.Diagnostics;

/// <summary>Who listens to what. Replaced as a whole, so that events are raised without a lock.</summary>
[DebuggerDisplay("Subscriptions = {_all.Length}")]
internal sealed class Subscribers
{
    // Guards the replacement of the subscribers, with the flags that sum them up.
    private static readonly Lock _sync = new();
    private static volatile Subscribers _current = new([]);

    private readonly Subscription[] _all;

    private Subscribers(Subscription[] all)
    {
        _all = all;
        ToSchedulingPoints = To(DiagnosticEvents.SchedulingPoints);
        ToExternalWork = To(DiagnosticEvents.ExternalWork);
        ToWaits = To(DiagnosticEvents.Waits);
        ToTasks = To(DiagnosticEvents.Tasks);
    }

    public static Subscribers Current => _current;

    public AsyncDiagnosticsListener[] ToSchedulingPoints { get; }

    public AsyncDiagnosticsListener[] ToExternalWork { get; }

    public AsyncDiagnosticsListener[] ToWaits { get; }

    public AsyncDiagnosticsListener[] ToTasks { get; }

    public static IDisposable Add(DiagnosticEvents events, AsyncDiagnosticsListener listener)
    {
        var subscription = new Subscription(events, listener);
        lock (_sync) Replace([.. _current._all, subscription]);
        return subscription;
    }

    private static void Remove(Subscription subscription)
    {
        lock (_sync) Replace([.. _current._all.Where(other => other != subscription)]);
    }

    private static void Replace(Subscription[] all)
    {
        _current = new Subscribers(all);
        AsyncDiagnostics.Enabled = all.Aggregate(DiagnosticEvents.None, (events, each) => events | each.Events);
    }

    private AsyncDiagnosticsListener[] To(DiagnosticEvents events) =>
        [.. from subscription in _all where subscription.Events.HasFlag(events) select subscription.Listener];

    private sealed class Subscription(DiagnosticEvents events, AsyncDiagnosticsListener listener) : IDisposable
    {
        public DiagnosticEvents Events => events;

        public AsyncDiagnosticsListener Listener => listener;

        public void Dispose() => Remove(this);
    }
}
