using System.Numerics;

namespace AsyncKit.Concurrency;

/// <summary>Items in the order of a comparer, equal ones in that of their arrival: a skip list (Pugh,
/// 1990).</summary>
/// <remarks>
/// <para>A list of all items, and above it lists of a quarter of those below each, by which a search comes near its
/// goal in great steps. To take the first one needs no comparison.</para>
/// <para>Places are searched outside of the gate. The comparer is code of others: it may throw, block, or use this
/// very queue. What it said holds as long as the two items between which it put the new one are still neighbours, which
/// <see cref="TryAdd"/> looks at under the gate. The items before may have been taken meanwhile, as they are from the
/// front only; then the new one is the first. Refused: a heap, which compares under the gate, also to take.</para>
/// </remarks>
internal sealed class WorkRanking<T>(IComparer<T> comparer) : WorkStore<T>
{
    private const int MostLevels = 16;

    // Stands before all items.
    private readonly Node _head = new(default, MostLevels);
    private long _arrivals;

    public override long NextArrival() => Interlocked.Increment(ref _arrivals);

    public override object FindPlace(in WorkEntry<T> entry)
    {
        var place = new Place(new Node(entry, LevelsOf(entry.Arrival)));
        Node before = _head;
        Node? after = null;
        for (int level = MostLevels - 1; level >= 0; level--)
        {
            // Others link and unlink meanwhile; a node that was taken still leads to those behind it.
            Node? next = before.Next[level];
            while (next is not null && next != after && !IsLess(entry, next.Entry))
            {
                before = next;
                next = before.Next[level];
            }

            after = next;
            place.Keep(level, before, after);
        }

        return place;
    }

    public override bool TryAdd(in WorkEntry<T> entry, object? place)
    {
        if (place is not Place found || !IsStillThere(found, level: 0)) return false;

        // Where only the lists above have changed, it stands in fewer of them.
        for (var level = 0; level < found.Node.Next.Length && IsStillThere(found, level); level++)
            Before(found, level).Next[level] = found.Node;
        Count++;
        return true;
    }

    public override WorkEntry<T> Take()
    {
        Node first = _head.Next[0]!;
        for (var level = 0; level < first.Next.Length && _head.Next[level] == first; level++)
            _head.Next[level] = first.Next[level];
        first.IsTaken = true;
        Count--;
        return first.Entry;
    }

    private static int LevelsOf(long arrival)
    {
        // One in four is zero in the two uppermost bits, one in sixteen in four: spread by the golden ratio.
        const ulong GoldenRatio = 0x9E3779B97F4A7C15;
        const ulong LowestBitThatCounts = 1ul << (65 - (2 * MostLevels));
        return 1 + (BitOperations.LeadingZeroCount((ulong)arrival * GoldenRatio | LowestBitThatCounts) / 2);
    }

    private bool IsStillThere(Place place, int level) => Before(place, level).Next[level] == place.Node.Next[level];

    private Node Before(Place place, int level) => place.Before[level].IsTaken ? _head : place.Before[level];

    private bool IsLess(in WorkEntry<T> one, in WorkEntry<T> other)
    {
        int order = comparer.Compare(one.Value, other.Value);
        return order < 0 || (order is 0 && one.Arrival < other.Arrival);
    }

    /// <summary>An item, and the next one on each of its levels.</summary>
    private sealed class Node(in WorkEntry<T> entry, int levels)
    {
        public readonly WorkEntry<T> Entry = entry;

        public Node?[] Next { get; } = new Node?[levels];

        public bool IsTaken { get; set; }
    }

    /// <summary>Where an item is to stand: behind these, and before those that its node says.</summary>
    private sealed class Place(Node node)
    {
        public Node Node { get; } = node;

        public Node[] Before { get; } = new Node[node.Next.Length];

        public void Keep(int level, Node before, Node? after)
        {
            if (level >= Before.Length) return;
            Before[level] = before;
            Node.Next[level] = after;
        }
    }
}
