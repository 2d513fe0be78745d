using System.Threading.Tasks.Sources;

namespace AsyncKit.Synchronization;

/// <summary>A wait for a key.</summary>
internal sealed class KeyWaiter<TKey>(KeyShard<TKey> shard) : Waiter(shard), IValueTaskSource<KeyedLock<TKey>.Lease>
    where TKey : notnull
{
    public KeyedLock<TKey>.Lease GetResult(short token)
    {
        WatchedWait? watched = Watched;
        if (!Take(token, out long hold, out object? granted)) return default;
        var entry = (KeyEntry<TKey>)granted!;
        if (watched is not null) entry.HeldBy(watched);
        return new KeyedLock<TKey>.Lease(entry, hold);
    }
}
