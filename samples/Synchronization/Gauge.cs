namespace Synchronization;

/// <summary>Counts how many are in a place, and remembers the most there were. Thread-safe.</summary>
internal sealed class Gauge
{
    private readonly Lock _sync = new();
    private int _now;

    public int Highest { get; private set; }

    public void Enter()
    {
        lock (_sync) Highest = Math.Max(Highest, ++_now);
    }

    public void Leave()
    {
        lock (_sync) _now--;
    }
}
