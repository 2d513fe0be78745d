using System.Diagnostics.Tracing;

namespace AsyncKit.Testing;

/// <summary>Finds delays in real time, with the place of the call.</summary>
/// <remarks>The runtime's tracing tells of each delay on the thread that makes it, before the delay has its
/// timer.</remarks>
internal sealed class RealDelays : EventListener
{
    private const string Source = "System.Threading.Tasks.TplEventSource";
    private const string Delay = "Task.Delay";
    private const EventKeywords Operations = (EventKeywords)0x8;
    private const int OperationBegan = 14;

    private static RealDelays? _listener;

    /// <summary>Once in the process, by the first test that wants to know.</summary>
    public static void Watch()
    {
        if (Volatile.Read(ref _listener) is null) Interlocked.CompareExchange(ref _listener, new RealDelays(), null);
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (string.Equals(eventSource.Name, Source, StringComparison.Ordinal))
            EnableEvents(eventSource, EventLevel.Informational, Operations);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventId is OperationBegan && eventData.Payload is [int id, Delay, ..])
            TestEnv.CurrentRun?.Loop.DelayMade(id);
    }
}
