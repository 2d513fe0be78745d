namespace AsyncKit.Synchronization;

/// <summary>The waiters of a queue that have a time limit, the soonest first.</summary>
/// <remarks>
/// <para>A pairing heap (Fredman, Sedgewick, Sleator, Tarjan, 1986) through the waiters themselves: to add one is a
/// comparison, to take one out is logarithmic, amortised; no memory. Refused: a timer for each waiter. The runtime's
/// timers stand behind locks of the process, and one that fires late could hit the next wait of its waiter.</para>
/// <para>Guarded by the gate of the queue.</para>
/// </remarks>
internal sealed class Deadlines
{
    private Waiter? _soonest;

    /// <summary>When the soonest is due; at the end of time when there is none.</summary>
    public long Due => _soonest?.Deadline.Due ?? long.MaxValue;

    public void Add(Waiter waiter, long due)
    {
        waiter.Deadline = new DeadlineNode { Due = due, IsPending = true };
        _soonest = Meld(_soonest, waiter);
    }

    public void Remove(Waiter waiter)
    {
        if (!waiter.Deadline.IsPending) return;
        Waiter? later = MeldSiblings(waiter.Deadline.Child);
        if (waiter == _soonest)
        {
            _soonest = later;
        }
        else
        {
            CutOff(waiter);
            _soonest = Meld(_soonest, later);
        }

        waiter.Deadline = default;
    }

    /// <summary>The soonest, if it is due.</summary>
    public Waiter? DueBy(long now) => Due <= now ? _soonest : null;

    private static void CutOff(Waiter waiter)
    {
        Waiter before = waiter.Deadline.Before!;
        Waiter? sibling = waiter.Deadline.Sibling;
        if (before.Deadline.Child == waiter) before.Deadline.Child = sibling;
        else before.Deadline.Sibling = sibling;
        if (sibling is not null) sibling.Deadline.Before = before;
    }

    private static Waiter? Meld(Waiter? one, Waiter? other)
    {
        if (one is null) return other;
        if (other is null) return one;
        (Waiter sooner, Waiter later) = other.Deadline.Due < one.Deadline.Due ? (other, one) : (one, other);
        later.Deadline.Before = sooner;
        later.Deadline.Sibling = sooner.Deadline.Child;
        if (later.Deadline.Sibling is { } sibling) sibling.Deadline.Before = later;
        sooner.Deadline.Child = later;
        return sooner;
    }

    // From left to right in pairs, then the pairs from right to left. No recursion: there may be 100,000.
    private static Waiter? MeldSiblings(Waiter? first)
    {
        Waiter? pairs = null;
        while (first is not null)
        {
            Waiter one = first;
            Waiter? other = one.Deadline.Sibling;
            first = other?.Deadline.Sibling;
            Detach(one);
            if (other is not null) Detach(other);
            Waiter pair = Meld(one, other)!;
            pair.Deadline.Sibling = pairs;
            pairs = pair;
        }

        Waiter? all = null;
        while (pairs is not null)
        {
            Waiter pair = pairs;
            pairs = pair.Deadline.Sibling;
            Detach(pair);
            all = Meld(all, pair);
        }

        return all;
    }

    private static void Detach(Waiter waiter)
    {
        waiter.Deadline.Before = null;
        waiter.Deadline.Sibling = null;
    }
}
