using System.Threading.Tasks.Sources;

namespace AsyncKit.Synchronization;

/// <summary>A wait for a key.</summary>
internal sealed class KeyWaiter<TKey>(KeyShard<TKey> shard) : Waiter(shard), IValueTaskSource<KeyedLock<TKey>.Lease>
    where TKey : notnull
{
    public KeyedLock<TKey>.Lease GetResult(short token) => Take(token, out long hold, out object? entry)
        ? new KeyedLock<TKey>.Lease((KeyEntry<TKey>)entry!, hold)
        : default;
}
