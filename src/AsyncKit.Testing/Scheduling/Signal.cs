namespace AsyncKit.Testing;

/// <summary>Wakes one thread. Set while nobody waits, it wakes the next that does.</summary>
/// <remarks>
/// The pump spins for some microseconds before it blocks: most turns are back by then. Threads at the gate block at
/// once, since one that spins keeps another from coming to the gate, and that is what the pump waits for. On two
/// processors this makes crossing the pool four times as fast.
/// </remarks>
/// <param name="spins">Whether a wait begins with spinning.</param>
internal sealed class Signal(bool spins = false)
{
    private const int None = 0;
    private const int IsSet = 1;
    private const int Blocks = 2;

    // Not for longer: where more threads want to run than there are processors, it would keep the very thread from
    // running that sets the signal.
    private static readonly TimeSpan _spinTime =
        Environment.ProcessorCount > 1 ? TimeSpan.FromMicroseconds(20) : TimeSpan.Zero;

    // Lives as long as its thread, and then until the garbage collection.
    private readonly AutoResetEvent _event = new(initialState: false);
    private int _state;

    public void Set()
    {
        if (Interlocked.Exchange(ref _state, IsSet) is Blocks) _event.Set();
    }

    public void Wait() => Wait(Timeout.InfiniteTimeSpan);

    /// <summary>Waits in real time.</summary>
    /// <returns>Whether it was set in time.</returns>
    public bool Wait(TimeSpan limit)
    {
        if (spins && IsSetSoon()) return true;
        if (Interlocked.CompareExchange(ref _state, Blocks, None) is None && !RealTime.Wait(_event, limit))
        {
            if (Interlocked.CompareExchange(ref _state, None, Blocks) is Blocks) return false;

            // Set in this moment: the event must not stay so for the next wait.
            _event.WaitOne();
        }

        Volatile.Write(ref _state, None);
        return true;
    }

    private bool IsSetSoon()
    {
        long start = RealTime.Now;
        do
        {
            if (Interlocked.CompareExchange(ref _state, None, IsSet) is IsSet) return true;
            Thread.SpinWait(10);
        }
        while (RealTime.Since(start) < _spinTime);
        return false;
    }
}
