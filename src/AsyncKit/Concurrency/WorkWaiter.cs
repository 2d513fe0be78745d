using System.Threading.Channels;
using System.Threading.Tasks.Sources;
using AsyncKit.Synchronization;

namespace AsyncKit.Concurrency;

/// <summary>A wait for an item of a queue, for room in it, or until all of its items are finished.</summary>
internal sealed class WorkWaiter<T>(WorkQueue<T> owner, WorkLine<T> line)
    : Waiter(line), IValueTaskSource, IValueTaskSource<WorkItem<T>>
{
    /// <summary>The item: the one that waits for room, or the one that was waited for.</summary>
    public WorkEntry<T> Entry { get; set; }

    public WorkRequest Kind => (WorkRequest)Request;

    /// <summary>Whether there is room for the item, which has yet to be put in.</summary>
    public bool IsLetIn => Kind is WorkRequest.Room && Result is not 0;

    void IValueTaskSource.GetResult(short token)
    {
        if (!Take(token, out _, out _)) throw HasCompleted();
    }

    WorkItem<T> IValueTaskSource<WorkItem<T>>.GetResult(short token)
    {
        // Read while it is still that of this wait, and only if the wait has ended: else Take throws.
        WorkEntry<T> entry = GetStatus(token) is ValueTaskSourceStatus.Succeeded ? Entry : default;
        if (!Take(token, out long hasItem, out _)) throw HasCompleted();
        return hasItem is 0 ? default : line.NewItem(line.TakeSpareHold(), entry);
    }

    protected override void OnCleared() => Entry = default;

    private ChannelClosedException HasCompleted() => WorkLine<T>.HasCompleted(owner);
}
