namespace AsyncKit.Synchronization;

/// <summary>Waits that have been ended under the gate, in order: their callers go on when it is left.</summary>
internal struct EndedWaiters
{
    private Waiter? _first;
    private Waiter? _last;

    public void Add(Waiter waiter)
    {
        if (_last is null) _first = waiter;
        else _last.Next = waiter;
        _last = waiter;
    }

    public readonly void Finish()
    {
        Waiter? waiter = _first;
        while (waiter is not null)
        {
            // A waiter that has finished may be in another queue by the next line.
            Waiter? next = waiter.Next;
            waiter.Next = null;
            waiter.Finish();
            waiter = next;
        }
    }
}
