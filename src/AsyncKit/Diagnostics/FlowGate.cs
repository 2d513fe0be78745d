namespace AsyncKit.Diagnostics;

/// <summary>Guards what is known of flows, for a few instructions at a time.</summary>
/// <remarks>
/// Not a <see cref="Lock"/>: an interrupt of the thread would end the wait for one, and an event would be lost; and a
/// synchronization context that is told of waits, as that of a test, would be told of this one.
/// </remarks>
internal sealed class FlowGate
{
    private int _taken;

    public Inside Enter()
    {
        var spinner = new SpinWait();
        while (Interlocked.Exchange(ref _taken, 1) is not 0) spinner.SpinOnce(sleep1Threshold: -1);
        return new Inside(this);
    }

    public readonly ref struct Inside(FlowGate gate)
    {
        public void Dispose() => Volatile.Write(ref gate._taken, 0);
    }
}
