using System.Runtime.CompilerServices;

namespace AsyncKit.Synchronization;

/// <summary>One use of a hold of a reader/writer lock: what each of its leases is made of.</summary>
/// <param name="Hold">None: the lock was not granted.</param>
/// <param name="Number">The number of the use.</param>
internal readonly record struct ReaderWriterHold(Hold<ReaderWriterQueue>? Hold, long Number)
{
    public ReaderWriterQueue? Queue
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Hold?.Owner;
    }

    /// <summary>Whether it has not ended. Under the gate.</summary>
    public bool IsLive => Hold!.Number == Number;
}
