namespace AsyncKit.Concurrency;

/// <summary>The work that was given to an event loop and has not ended.</summary>
internal sealed class LoopCalls(LoopPump pump)
{
    // Guards itself and the field below.
    private readonly HashSet<LoopCall> _calls = [];
    private bool _isClosed;

    public int Count
    {
        get
        {
            using (new FirmLock(_calls)) return _calls.Count;
        }
    }

    public bool TryAdd(LoopCall call)
    {
        lock (_calls) return !_isClosed && _calls.Add(call);
    }

    public void Remove(LoopCall call)
    {
        using (new FirmLock(_calls))
        {
            _calls.Remove(call);
            if (_calls.Count > 0) return;
        }

        pump.Wake();
    }

    /// <summary>Takes no more, if none is left.</summary>
    public bool TryClose()
    {
        using (new FirmLock(_calls)) return _isClosed = _isClosed || _calls.Count is 0;
    }

    /// <summary>Takes no more.</summary>
    /// <returns>The names of those that are left.</returns>
    public IReadOnlyList<string> Close()
    {
        using (new FirmLock(_calls))
        {
            _isClosed = true;
            return [.. _calls.Select(static call => call.Name)];
        }
    }
}
