namespace AsyncKit.Synchronization;

/// <summary>A thread that blocks until it is woken, by the very thread that has what it waits for.</summary>
internal sealed class BlockedThread
{
    // Locks are held for a short time: a thread that finds its turn while it spins has saved two switches.
    private const int RoundsBeforeBlocking = 10;

    private readonly object _sync = new();
    private bool _isWoken;

    /// <summary>Wakes the thread, now or as soon as it blocks.</summary>
    public void Wake() => Uninterrupted.Do(this, static thread => thread.TryWake());

    /// <summary>Blocks until woken, which it forgets then.</summary>
    /// <returns>Whether it was woken before the time had passed.</returns>
    public bool Wait(TimeSpan timeout)
    {
        var spinner = new SpinWait();
        for (var round = 0; round < RoundsBeforeBlocking && !Volatile.Read(ref _isWoken); round++)
            spinner.SpinOnce(sleep1Threshold: -1);

        lock (_sync)
        {
            // Nobody else pulses: a wait that was not pulsed has lasted to its end.
            if (!_isWoken && !Monitor.Wait(_sync, timeout)) return false;
            _isWoken = false;
            return true;
        }
    }

    /// <summary>Blocks until woken by who has decided how the wait ends, and is just about to wake.</summary>
    public void WaitForDecided() =>
        Uninterrupted.Do(this, static thread => thread.Wait(Timeout.InfiniteTimeSpan));

    private bool TryWake()
    {
        lock (_sync)
        {
            _isWoken = true;
            Monitor.Pulse(_sync);
            return true;
        }
    }
}
