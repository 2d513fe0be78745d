namespace AsyncKit.Concurrency;

/// <summary>The moment when no item of a queue is unfinished, as what those who join it wait for.</summary>
/// <remarks>Not the queue: who waits for an item waits for anybody who puts one in.</remarks>
internal sealed class QueueEnd(object queue)
{
    public override string ToString() => $"the end of {queue}";
}
