namespace AsyncKit.Concurrency;

/// <summary>A lock that a thread of ours takes, whoever interrupts it while it waits for that.</summary>
/// <remarks>An interruption is of somebody who held on to the thread after his code had ended there. What is begun has
/// to be brought to its end all the same.</remarks>
internal readonly ref struct FirmLock
{
    private readonly object _sync;

    public FirmLock(object sync)
    {
        while (true)
        {
            try
            {
                Monitor.Enter(sync);
                _sync = sync;
                return;
            }
            catch (ThreadInterruptedException)
            {
            }
        }
    }

    public void Dispose() => Monitor.Exit(_sync);
}
