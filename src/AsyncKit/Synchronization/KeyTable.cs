using System.Runtime.CompilerServices;

namespace AsyncKit.Synchronization;

/// <summary>The entries of a shard, by the hash of their keys: those of a bucket are chained, oldest first.</summary>
/// <remarks>
/// <para>It knows hashes and no keys: to compare keys is the business of others, and of another time.</para>
/// <para>A mutable struct: a field that is not read-only, never copied. Guarded by the gate of the shard.</para>
/// </remarks>
internal struct KeyTable<TKey>(int shardBits)
    where TKey : notnull
{
    private const int FewestBuckets = 8;
    private const int MostSpares = 64;

    // Of a table that has not grown yet: has no room, and is never written to.
    private static readonly KeyEntry<TKey>?[] _none = [null];

    private KeyEntry<TKey>?[] _buckets = _none;
    private int _room;
    private KeyEntry<TKey>? _spare;
    private int _spareCount;
    private long _lastNumber;

    /// <summary>How many entries are in use.</summary>
    public int Count { get; private set; }

    /// <summary>Whether an entry can be added without memory.</summary>
    public readonly bool CanAdd => _spare is not null && Count < _room;

    /// <summary>How many buckets it should move into; zero while it has enough.</summary>
    public readonly int WantedBuckets => Count < _room ? 0 : Math.Max(FewestBuckets, _room * 2);

    /// <summary>The place of the first entry with a hash, from the oldest on; when there is none, an empty
    /// place.</summary>
    /// <param name="hash">The hash.</param>
    /// <param name="passed">Where the search has come to.</param>
    /// <param name="passedNumber">Its number then: entries up to this number are not meant.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ref KeyEntry<TKey>? FirstAfter(uint hash, KeyEntry<TKey>? passed, long passedNumber)
    {
        // The passed entry may have gone since; then the search begins again, at those that are newer.
        ref KeyEntry<TKey>? link = ref passed is not null && passed.Number == passedNumber
            ? ref passed.Next
            : ref _buckets[IndexOf(hash, _buckets.Length)];
        while (link is not null && (link.Hash != hash || link.Number <= passedNumber)) link = ref link.Next;
        return ref link;
    }

    /// <summary>Puts an entry for a key at a place that <see cref="FirstAfter"/> has found empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public KeyEntry<TKey> Add(ref KeyEntry<TKey>? link, TKey key, uint hash)
    {
        KeyEntry<TKey> entry = _spare!;
        _spare = entry.Next;
        _spareCount--;
        entry.Next = null;
        entry.Begin(key, hash, ++_lastNumber);
        link = entry;
        Count++;
        return entry;
    }

    /// <summary>Takes an entry out that nobody needs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Remove(KeyEntry<TKey> entry)
    {
        ref KeyEntry<TKey>? link = ref _buckets[IndexOf(entry.Hash, _buckets.Length)];
        while (link != entry) link = ref link!.Next;
        link = entry.Next;
        Count--;
        entry.End();
        AddSpare(entry);
    }

    public void AddSpare(KeyEntry<TKey> entry)
    {
        bool isKept = _spareCount < MostSpares;
        entry.Next = isKept ? _spare : null;
        if (!isKept) return;
        _spare = entry;
        _spareCount++;
    }

    /// <summary>Moves into more buckets, if they are more than it has.</summary>
    public void MoveTo(KeyEntry<TKey>?[] buckets)
    {
        if (buckets.Length <= _room) return;
        foreach (KeyEntry<TKey>? first in _buckets)
        {
            // In their order: what was older in the old bucket is older in the new one, which gets entries of no other.
            for (KeyEntry<TKey>? entry = first; entry is not null;)
            {
                KeyEntry<TKey>? next = entry.Next;
                entry.Next = null;
                ref KeyEntry<TKey>? link = ref buckets[IndexOf(entry.Hash, buckets.Length)];
                while (link is not null) link = ref link.Next;
                link = entry;
                entry = next;
            }
        }

        _buckets = buckets;
        _room = buckets.Length;
    }

    // The bits that chose the shard are the same in all of its hashes: those behind them choose the bucket.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int IndexOf(uint hash, int buckets) =>
        (int)(((ulong)(hash << shardBits) * (uint)buckets) >> 32);
}
