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

    /// <summary>Lets all of them fail after all, each with a fault of its own.</summary>
    /// <remarks>Before they have finished, and not under the gate, as it asks for memory.</remarks>
    public readonly void Fail(Func<Exception> newFault)
    {
        for (Waiter? waiter = _first; waiter is not null; waiter = waiter.Next)
        {
            waiter.Fault = newFault();
            waiter.End = WaitEnd.Failed;
        }
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
