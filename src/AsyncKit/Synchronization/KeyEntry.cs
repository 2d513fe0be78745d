namespace AsyncKit.Synchronization;

/// <summary>A key in use, with those who wait for it; used again for another key when nobody needs this one.</summary>
/// <remarks>Guarded by the gate of its shard.</remarks>
internal sealed class KeyEntry<TKey>(KeyShard<TKey> shard) : WaitList
    where TKey : notnull
{
    // Who holds it, for reports, while somebody listens.
    private WatchedHold? _watched;

    /// <summary>The next in the same bucket, or among those that are spare. A field, for references to it.</summary>
    public KeyEntry<TKey>? Next;

    public KeyShard<TKey> Shard { get; } = shard;

    public TKey Key { get; private set; } = default!;

    public uint Hash { get; private set; }

    /// <summary>The number of its present key, higher than those before it in the shard; zero while it has none.
    /// </summary>
    public long Number { get; private set; }

    /// <summary>The number of the present hold, or of the next; it is never used again, so a lease is good for one
    /// hold, also when the entry has got another key since.</summary>
    public long Hold { get; private set; } = 1;

    public bool IsHeld { get; private set; }

    /// <summary>How many need the entry to stay, that neither hold it nor wait for it yet.</summary>
    public int Pins { get; set; }

    /// <summary>What listeners know the key by, while somebody listens.</summary>
    public KeyName<TKey>? Name { get; set; }

    /// <summary>Another hold, which ends with the present one.</summary>
    public (KeyEntry<TKey>? Entry, long Hold) Also { get; set; }

    public void Begin(TKey key, uint hash, long number)
    {
        Key = key;
        Hash = hash;
        Number = number;
    }

    public void End()
    {
        Key = default!;
        Number = 0;
        Name = null;
    }

    /// <summary>Holds the key, if nobody does.</summary>
    public bool TryHold()
    {
        if (IsHeld) return false;
        IsHeld = true;
        return true;
    }

    /// <summary>Ends the present hold, if it is the one meant.</summary>
    public bool TryEndHold(long hold, out (KeyEntry<TKey>? Entry, long Hold) also)
    {
        also = Also;
        if (hold != Hold) return false;
        Hold++;
        IsHeld = false;
        if (also.Entry is not null) Also = default;
        return true;
    }

    public void HeldBy(WatchedWait wait)
    {
        _watched = new WatchedHold(wait, Hold);
        wait.Held();
    }

    /// <summary>Reports that the present hold is about to end, if it is the one meant.</summary>
    public void ReportRelease(long hold)
    {
        if (Hold == hold) WatchedHold.ReportRelease(ref _watched, hold);
    }
}
