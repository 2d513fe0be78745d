namespace AsyncKit.Testing;

/// <summary>Wakes one thread. Set while nobody waits, it wakes the next that does.</summary>
/// <remarks>
/// An <see cref="AutoResetEvent"/> because it never spins before it blocks: where more threads want to run than there
/// are processors, spinning keeps the very thread from running that would set it.
/// </remarks>
internal sealed class Signal
{
    // Lives as long as its thread, and then until the garbage collection.
    private readonly AutoResetEvent _event = new(initialState: false);

    public void Set() => _event.Set();

    public void Wait() => _event.WaitOne();

    /// <summary>Waits in real time.</summary>
    /// <returns>Whether it was set in time.</returns>
    public bool Wait(TimeSpan limit) => RealTime.Wait(_event, limit);
}
