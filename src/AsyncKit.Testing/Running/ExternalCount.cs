namespace AsyncKit.Testing;

/// <summary>How much work of a run is going on outside its control, for which the clock must wait.</summary>
internal sealed class ExternalCount
{
    private int _running;

    public bool IsAny => Volatile.Read(ref _running) > 0;

    public void Begin() => Interlocked.Increment(ref _running);

    public void End() => Interlocked.Decrement(ref _running);
}
