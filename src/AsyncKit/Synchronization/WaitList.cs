namespace AsyncKit.Synchronization;

/// <summary>Waiters in the order of their arrival; any of them can leave at once.</summary>
/// <remarks>Guarded by the gate of the queue it belongs to.</remarks>
internal class WaitList
{
    private Waiter? _last;
    private int _count;

    public Waiter? First { get; private set; }

    // Asked from outside of the gate too.
    public int Count
    {
        get => Volatile.Read(ref _count);
        private set => _count = value;
    }

    public void Append(Waiter waiter)
    {
        waiter.List = this;
        waiter.Previous = _last;
        if (_last is null) First = waiter;
        else _last.Next = waiter;
        _last = waiter;
        Count++;
    }

    public void Remove(Waiter waiter)
    {
        if (waiter.Previous is null) First = waiter.Next;
        else waiter.Previous.Next = waiter.Next;
        if (waiter.Next is null) _last = waiter.Previous;
        else waiter.Next.Previous = waiter.Previous;
        waiter.Previous = null;
        waiter.Next = null;
        waiter.List = null;
        Count--;
    }
}
