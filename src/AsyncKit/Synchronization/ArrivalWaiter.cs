using System.Threading.Tasks.Sources;

namespace AsyncKit.Synchronization;

/// <summary>The wait of one participant for the end of a phase; gives its place in the order of arrival.</summary>
internal sealed class ArrivalWaiter(BarrierQueue queue) : Waiter(queue), IValueTaskSource<int>
{
    public int GetResult(short token) => Take(token, out long index, out _) ? (int)index : -1;
}
