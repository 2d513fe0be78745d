using System.Diagnostics.Tracing;

namespace AsyncKit.Testing;

/// <summary>Numbers pieces of work in the order in which they were made, as the runtime's own tracing does.</summary>
/// <remarks>
/// While <c>TplEventSource</c> is listened to, each task and each suspended async method gets its number when it is
/// made, by the code of the test; and a thread that begins to run one says which, before it comes to the gate.
/// </remarks>
internal sealed class WorkOrder : EventListener
{
    private const string Source = "System.Threading.Tasks.TplEventSource";
    private const EventKeywords SynchronousWork = (EventKeywords)0x20;
    private const int WorkBegan = 17;
    private const int WorkEnded = 18;

    [ThreadStatic]
    private static int _current;

    private EventSource? _source;

    /// <summary>The number of the work that this thread has begun; zero: it has none.</summary>
    public static int Current => _current;

    public void Enable()
    {
        if (_source is not null) EnableEvents(_source, EventLevel.Informational, SynchronousWork);
    }

    public void Disable()
    {
        if (_source is not null) DisableEvents(_source);
    }

    // Called for the sources that exist by the base constructor.
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (string.Equals(eventSource.Name, Source, StringComparison.Ordinal)) _source = eventSource;
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventId is WorkBegan && eventData.Payload is [int id, ..]) _current = id;
        else if (eventData.EventId is WorkEnded) _current = 0;
    }
}
