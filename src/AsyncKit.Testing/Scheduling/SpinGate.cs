namespace AsyncKit.Testing;

/// <summary>A lock that spins: the state of a run is guarded by it, for a few instructions at a time.</summary>
/// <remarks>
/// Not a <see cref="Lock"/>: code under test holds it in Post and in CreateTimer, where the context of its strand is
/// installed. A contended <see cref="Lock"/> would raise that context's own wait notification, which takes this lock.
/// </remarks>
internal sealed class SpinGate
{
    private int _taken;

    public Holder Enter()
    {
        var spin = new SpinWait();
        while (Interlocked.Exchange(ref _taken, 1) is not 0) spin.SpinOnce(sleep1Threshold: -1);
        return new Holder(this);
    }

    public readonly ref struct Holder(SpinGate gate)
    {
        public void Dispose() => Volatile.Write(ref gate._taken, 0);
    }
}
