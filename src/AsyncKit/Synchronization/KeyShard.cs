using System.Runtime.CompilerServices;

namespace AsyncKit.Synchronization;

/// <summary>A part of the keys of a <see cref="KeyedLock{TKey}"/>, with a gate of its own.</summary>
/// <remarks>
/// <para>A key that is free has no entry. To take one is to add its entry, to release it is to take the entry out, each
/// in one pass of the gate; only who meets an entry with the same hash has more to do.</para>
/// <para>Keys are compared outside of the gate. It is code of others: it may throw, block, or use this very lock. So
/// the key of an entry that may be the one is copied, with the number of the entry; the gate is left, and what the
/// comparison said holds as long as the entry has that number. Nothing is taken meanwhile, so nothing is to be undone.
/// Refused: a comparison under a lock that can be left by an exception. It would make each release wait for code of
/// others, and deadlock where that waits for a release.</para>
/// </remarks>
internal sealed class KeyShard<TKey>(
    KeyedLock<TKey> owner, int index, int shardBits, KeyComparer<TKey> comparer, TimeProvider? timeProvider)
    : WaitQueue(owner, timeProvider)
    where TKey : notnull
{
    private KeyTable<TKey> _table = new(shardBits);
    private int _waiterCount;

    public KeyedLock<TKey> Owner => owner;

    /// <summary>Its place among the shards.</summary>
    public int Index => index;

    /// <summary>How many keys are in use.</summary>
    public int Count => _table.Count;

    /// <summary>How many wait, for any of the keys.</summary>
    public int WaiterCount
    {
        get => Volatile.Read(ref _waiterCount);
        private set => _waiterCount = value;
    }

    /// <summary>Takes a key that nobody uses, or finds its entry.</summary>
    /// <param name="key">The key.</param>
    /// <param name="hash">Its hash.</param>
    /// <param name="use">What it is to be taken for.</param>
    /// <param name="entry">The entry of the key; none, if it was not to be taken and has none.</param>
    /// <param name="number">The number of the entry. One that was found may have another by now.</param>
    /// <returns>Whether it was taken.</returns>
    public bool TryAdd(TKey key, uint hash, KeyUse use, out KeyEntry<TKey>? entry, out long number)
    {
        KeyEntry<TKey>? passed = null;
        long passedNumber = 0;
        while (true)
        {
            Enter();
            ref KeyEntry<TKey>? link = ref _table.FirstAfter(hash, passed, passedNumber);
            entry = link;
            if (entry is null && (use is KeyUse.None || _table.CanAdd))
            {
                if (use is not KeyUse.None) entry = Add(ref link, key, hash, use);
                number = entry?.Number ?? 0;
                Exit();
                return use is not KeyUse.None;
            }

            if (entry is null)
            {
                Exit();
                MakeRoom();
                continue;
            }

            number = entry.Number;
            TKey other = entry.Key;
            Exit();
            if (comparer.AreEqual(other, key)) return false;

            // Newer ones stand behind it. One of the same key, that came meanwhile, is among them.
            (passed, passedNumber) = (entry, number);
        }
    }

    /// <summary>Whether an entry that was found is held.</summary>
    public bool IsHeld(KeyEntry<TKey> entry, long number)
    {
        Enter();
        bool isHeld = entry.Number == number && entry.IsHeld;
        Exit();
        return isHeld;
    }

    /// <summary>Waits for the key of an entry that was found.</summary>
    /// <returns>The wait, which may have ended; none, if the entry has gone meanwhile.</returns>
    public KeyWaiter<TKey>? TryWait(KeyEntry<TKey> entry, long number, in WaitLimits limits, bool isBlocking)
    {
        var waiter = (KeyWaiter<TKey>)EnterWithWaiter(number, limits, isBlocking, out long due);
        if (entry.Number != number)
        {
            Exit();
            TryTakeBack(waiter, waiter.Version, isIdle: true);
            return null;
        }

        waiter.ResultObject = entry;
        WaitEnd end = EndAtOnce(waiter, entry);
        if (end is WaitEnd.None) WaiterCount++;
        ExitWithWaiter(waiter, entry, end, due);
        return waiter;
    }

    /// <summary>Pins an entry that was found.</summary>
    /// <returns>False: it has gone meanwhile.</returns>
    public bool TryPin(KeyEntry<TKey> entry, long number)
    {
        Enter();
        bool isThere = entry.Number == number;
        if (isThere) entry.Pins++;
        Exit();
        return isThere;
    }

    /// <summary>Holds the key of a pinned entry if nobody does, and then takes the pin away.</summary>
    public bool TryHoldPinned(KeyEntry<TKey> entry, out long hold)
    {
        Enter();
        bool isHeld = entry.TryHold();
        if (isHeld) entry.Pins--;
        hold = entry.Hold;
        Exit();
        return isHeld;
    }

    public void Unpin(KeyEntry<TKey> entry)
    {
        Enter();
        entry.Pins--;
        if (!entry.IsHeld && entry.Pins is 0) _table.Remove(entry);
        Exit();
    }

    /// <summary>Ends a hold, if it has not ended yet.</summary>
    /// <returns>The hold that ends with it, if there is one.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (KeyEntry<TKey>? Entry, long Hold) EndHold(KeyEntry<TKey> entry, long hold)
    {
        Enter();
        if (!entry.TryEndHold(hold, out (KeyEntry<TKey>? Entry, long Hold) also))
        {
            Exit();
            return default;
        }

        if (entry.First is null)
        {
            if (entry.Pins is 0) _table.Remove(entry);
            Exit();
        }
        else
        {
            LeaveToWaiters(entry);
        }

        return also;
    }

    /// <summary>Names a wait for the key of an entry, or a hold of it, for listeners.</summary>
    public WatchedWait NewWatchedWait(KeyEntry<TKey> entry, long number, TKey key)
    {
        var name = new KeyName<TKey>(owner, key);
        Enter();

        // If it has gone, the wait that is named here has ended.
        if (entry.Number == number) name = entry.Name ??= name;
        Exit();
        return NewWatchedWait(name);
    }

    protected override Waiter CreateWaiter() => new KeyWaiter<TKey>(this);

    protected override bool TryTake(Waiter waiter)
    {
        var entry = (KeyEntry<TKey>)waiter.ResultObject!;
        if (!entry.TryHold()) return false;
        waiter.Result = entry.Hold;
        if (waiter.List is not null) WaiterCount--;
        return true;
    }

    // The key of an entry that somebody waits for is held: who leaves has kept nobody from it.
    protected override void OnLeft(WaitList list, ref EndedWaiters ended) => WaiterCount--;

    private KeyEntry<TKey> Add(ref KeyEntry<TKey>? link, TKey key, uint hash, KeyUse use)
    {
        KeyEntry<TKey> entry = _table.Add(ref link, key, hash);
        if (use is KeyUse.Pin) entry.Pins = 1;
        else entry.TryHold();
        return entry;
    }

    private void LeaveToWaiters(KeyEntry<TKey> entry)
    {
        var ended = new EndedWaiters();
        Release(entry, ref ended);
        Exit(ended);
    }

    // Memory is asked for outside of the gate: where there is none left, nothing is held.
    private void MakeRoom()
    {
        var spare = new KeyEntry<TKey>(this);
        int wanted = _table.WantedBuckets;
        KeyEntry<TKey>?[] buckets = wanted is 0 ? [] : new KeyEntry<TKey>?[wanted];
        Enter();
        _table.MoveTo(buckets);
        _table.AddSpare(spare);
        Exit();
    }
}
