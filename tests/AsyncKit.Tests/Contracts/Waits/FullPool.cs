namespace AsyncKit.Tests.Contracts.Waits;

/// <summary>Fills the thread pool with work that blocks, more than it gets threads for while a test lasts.</summary>
/// <remarks>The pool adds a thread or two a second when it stands still; there is work for a minute of that.</remarks>
internal sealed class FullPool : IDisposable
{
    private const int MoreThanItHas = 100;

    private readonly ManualResetEventSlim _end = new();
    private readonly ManualResetEventSlim _isFull = new();
    private readonly CountdownEvent _running;
    private int _hasRun;

    public FullPool()
    {
        ThreadPool.GetMinThreads(out int atOnce, out _);
        int most = Math.Max(atOnce, ThreadPool.ThreadCount);
        _running = new CountdownEvent(atOnce);
        for (var i = 0; i < most + MoreThanItHas; i++)
            ThreadPool.UnsafeQueueUserWorkItem(Block, this, preferLocal: false);
        Assert.True(_isFull.Wait(Limit.Long), "The pool does not get full.");
        ThreadPool.UnsafeQueueUserWorkItem(
            static pool => Volatile.Write(ref pool._hasRun, 1), this, preferLocal: false);
    }

    /// <summary>Whether the pool has run what was queued behind.</summary>
    public bool HasRun => Volatile.Read(ref _hasRun) is not 0;

    public void Dispose() => _end.Set();

    private static void Block(FullPool pool)
    {
        if (!pool._running.IsSet && pool._running.Signal()) pool._isFull.Set();
        pool._end.Wait(Limit.Long);
    }
}
