using System.Diagnostics.Tracing;

namespace AsyncKit.Tests.IO;

/// <summary>Counts the arrays that are taken from shared pools and given back, of a size that readers use.</summary>
internal sealed class PooledBuffers : EventListener
{
    private const int RentedEvent = 1;
    private const int ReturnedEvent = 3;
    private const int LeastSize = 32 * 1024;

    private readonly HashSet<int> _out = [];
    private int _rented;

    public int Rented => Volatile.Read(ref _rented);

    public int Out
    {
        get
        {
            lock (_out) return _out.Count;
        }
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name is "System.Buffers.ArrayPoolEventSource") EnableEvents(eventSource, EventLevel.Verbose);
    }

    // The buffer's hash code, its size, its pool.
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.EventId is not (RentedEvent or ReturnedEvent) || eventData.Payload is null) return;
        var buffer = (int)eventData.Payload[0]!;
        if ((int)eventData.Payload[1]! < LeastSize) return;
        lock (_out)
        {
            if (eventData.EventId is RentedEvent)
            {
                _rented++;
                _out.Add(buffer);
            }
            else
                _out.Remove(buffer);
        }
    }
}
