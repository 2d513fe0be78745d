namespace AsyncKit.Tests.Concurrency;

/// <summary>Counts how many are inside at a time, and the most there ever were.</summary>
internal sealed class ConcurrencyCounter
{
    private readonly Lock _sync = new();
    private int _running;
    private int _most;

    public int Running
    {
        get
        {
            lock (_sync) return _running;
        }
    }

    public int Most
    {
        get
        {
            lock (_sync) return _most;
        }
    }

    public IDisposable Enter()
    {
        lock (_sync) _most = Math.Max(_most, ++_running);
        return new Inside(this);
    }

    private sealed class Inside(ConcurrencyCounter counter) : IDisposable
    {
        public void Dispose()
        {
            lock (counter._sync) counter._running--;
        }
    }
}
