namespace AsyncKit.Concurrency;

/// <summary>Items in the order of their arrival, taken at one end or at the other.</summary>
/// <remarks>A place that is found for an item is a larger array, for when this one is full.</remarks>
internal sealed class WorkRing<T>(bool takesNewest) : WorkStore<T>
{
    // Its length is a power of two.
    private WorkEntry<T>[] _slots = new WorkEntry<T>[16];
    private int _oldest;

    public override bool TryAdd(in WorkEntry<T> entry, object? place)
    {
        if (Count == _slots.Length && !TryMoveTo(place as WorkEntry<T>[])) return false;
        SlotAt(Count) = entry;
        Count++;
        return true;
    }

    public override object FindPlace(in WorkEntry<T> entry) => new WorkEntry<T>[_slots.Length * 2];

    public override WorkEntry<T> Take()
    {
        ref WorkEntry<T> slot = ref SlotAt(takesNewest ? Count - 1 : 0);
        WorkEntry<T> taken = slot;
        slot = default;
        if (!takesNewest) _oldest = (_oldest + 1) & (_slots.Length - 1);
        Count--;
        return taken;
    }

    private bool TryMoveTo(WorkEntry<T>[]? larger)
    {
        // Somebody else may have been faster.
        if (larger is null || larger.Length <= _slots.Length) return false;
        int atTheEnd = _slots.Length - _oldest;
        Array.Copy(_slots, _oldest, larger, 0, atTheEnd);
        Array.Copy(_slots, 0, larger, atTheEnd, _oldest);
        _slots = larger;
        _oldest = 0;
        return true;
    }

    private ref WorkEntry<T> SlotAt(int place) => ref _slots[(_oldest + place) & (_slots.Length - 1)];
}
