using System.Diagnostics.Tracing;

namespace AsyncKit.Diagnostics;

/// <summary>Counts the waits that block threads, as the runtime tells of them, while it is listened to.</summary>
/// <remarks>Each wait of the process is an event then; so nobody listens before there is something to find out.
/// </remarks>
internal sealed class BlockingWaits : EventListener
{
    private const string Source = "Microsoft-Windows-DotNETRuntime";
    private const EventKeywords Waits = (EventKeywords)0x400_0000_0000;
    private const int WaitBegan = 301;
    private const byte OfLock = 1;

    private int _locks;
    private int _others;

    public int Locks => Volatile.Read(ref _locks);

    public int Others => Volatile.Read(ref _others);

    // Called for the sources that exist by the base constructor.
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (string.Equals(eventSource.Name, Source, StringComparison.Ordinal))
            EnableEvents(eventSource, EventLevel.Verbose, Waits);
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventId is not WaitBegan) return;
        if (eventData.Payload is [byte and OfLock, ..]) Interlocked.Increment(ref _locks);
        else Interlocked.Increment(ref _others);
    }
}
