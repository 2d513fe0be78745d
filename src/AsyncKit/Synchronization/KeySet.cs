namespace AsyncKit.Synchronization;

/// <summary>Several keys that are locked together.</summary>
/// <remarks>
/// <para>First the entries of all keys are pinned, then they are locked in their order. It is the order in which they
/// were made, shard by shard, and it stays the same as long as anybody holds a key, waits for it or pins it. So
/// everybody who locks several keys meets those in common in the same order, and nobody waits in a circle.</para>
/// <para>Of its entries, those before <see cref="_held"/> are held and the others pinned.</para>
/// </remarks>
internal sealed class KeySet<TKey>
    where TKey : notnull
{
    private static readonly Comparison<KeyEntry<TKey>> _inOrder = static (one, other) =>
        one.Shard.Index != other.Shard.Index
            ? one.Shard.Index.CompareTo(other.Shard.Index)
            : one.Number.CompareTo(other.Number);

    private readonly KeyedLock<TKey> _owner;
    private readonly KeyEntry<TKey>[] _entries;
    private readonly long[] _holds;

    // While somebody listens, in the context of the caller: see WatchedWait.
    private readonly bool _staysInContext = WatchedWait.IsWanted;
    private int _count;
    private int _held;

    /// <summary>Pins the entries of some keys.</summary>
    public KeySet(KeyedLock<TKey> owner, TKey[] keys)
    {
        _owner = owner;
        _entries = new KeyEntry<TKey>[keys.Length];
        _holds = new long[keys.Length];
        try
        {
            foreach (TKey key in keys)
            {
                _entries[_count] = owner.Pin(key);
                _count++;
            }

            Order();
        }
        catch
        {
            // Thrown by the comparer.
            GiveBack();
            throw;
        }
    }

    /// <summary>Locks the keys, one after the other.</summary>
    /// <returns>The hold of all; none, if the time passed first and the caller only tries.</returns>
    public async ValueTask<KeyedLock<TKey>.Lease> LockAsync(WaitLimits limits)
    {
        TimeProvider clock = _owner.TimeProvider;
        try
        {
            long due = limits.DueBy(clock);
            while (_held < _count)
            {
                WaitLimits next = limits.LeftUntil(due, clock);
                if (await TryLockNextAsync(next).ConfigureAwait(_staysInContext)) continue;
                GiveBack();
                return limits.IsTry ? default : throw limits.TimedOut(_owner);
            }
        }
        catch
        {
            GiveBack();
            throw;
        }

        return NewLease();
    }

    private async ValueTask<bool> TryLockNextAsync(WaitLimits limits)
    {
        KeyEntry<TKey> entry = _entries[_held];
        bool isAtOnce = !WatchedWait.IsWanted && !limits.Token.IsCancellationRequested;
        if (!isAtOnce || !entry.Shard.TryHoldPinned(entry, out long hold))
        {
            KeyedLock<TKey>.Lease lease =
                await KeyedLock<TKey>.LockPinnedAsync(entry, limits).ConfigureAwait(_staysInContext);
            if (!lease.IsAcquired) return false;
            entry.Shard.Unpin(entry);
            hold = lease.Hold;
        }

        _holds[_held] = hold;
        _held++;
        return true;
    }

    private void Order()
    {
        _entries.AsSpan(0, _count).Sort(_inOrder);

        // A key that was named twice was pinned twice, and stands beside itself now.
        var distinct = 0;
        for (var i = 0; i < _count; i++)
        {
            KeyEntry<TKey> entry = _entries[i];
            if (distinct > 0 && _entries[distinct - 1] == entry) entry.Shard.Unpin(entry);
            else _entries[distinct++] = entry;
        }

        _count = distinct;
    }

    // Each hold ends with the one before.
    private KeyedLock<TKey>.Lease NewLease()
    {
        if (_count is 0) return KeyedLock<TKey>.Lease.OfNothing;
        for (int i = _count - 1; i > 0; i--) _entries[i - 1].Also = (_entries[i], _holds[i]);
        return new KeyedLock<TKey>.Lease(_entries[0], _holds[0]);
    }

    private void GiveBack()
    {
        for (int i = _held; i < _count; i++) _entries[i].Shard.Unpin(_entries[i]);
        for (int i = _held - 1; i >= 0; i--) _owner.EndHold(_entries[i], _holds[i]);
        _held = 0;
        _count = 0;
    }
}
