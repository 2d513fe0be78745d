using AsyncKit.Diagnostics;

namespace AsyncKit.Concurrency;

/// <summary>A thread of a <see cref="BlockingRunner"/>: does one call after the other, and goes when there was none for
/// a while.</summary>
internal sealed class BlockingThread(BlockingCrew crew, TimeSpan idleTimeout)
{
    // Guards the fields below, and is pulsed when they are set.
    private readonly object _sync = new();
    private BlockingCall? _told;
    private bool _isTold;

    /// <summary>Starts the thread with its first call.</summary>
    public void Start(BlockingCall first, string? name)
    {
        _told = first;

        // Without the context of who asks: that is of the call, and not of the thread.
        new Thread(Work) { IsBackground = true, Name = name ?? nameof(BlockingRunner) }.UnsafeStart();
    }

    /// <summary>Gives the idle thread a call, or sends it away by <see langword="null"/>.</summary>
    public void Tell(BlockingCall? call)
    {
        lock (_sync)
        {
            (_told, _isTold) = (call, true);
            Monitor.Pulse(_sync);
        }
    }

    private void Work()
    {
        ExecutionContext empty = ExecutionContext.Capture()!;

        // A call that is done, and what it has given, is not to be kept by a thread that waits for the next.
        (BlockingCall? call, _told) = (_told, null);
        while (call is not null)
        {
            call.Run(empty);

            // The work may have set one, which is not of the context that was taken away.
            SynchronizationContext.SetSynchronizationContext(null);
            if (!crew.TryStay(this, call, out BlockingCall? next)) return;
            call = next;
            call ??= WaitForNext();
        }
    }

    // The crew is asked outside of the lock: it takes its own first, and then that of a thread.
    private BlockingCall? WaitForNext()
    {
        if (!IsToldWithin(idleTimeout))
        {
            if (crew.TryRetire(this)) return null;

            // It was told at the last moment.
            IsToldWithin(Timeout.InfiniteTimeSpan);
        }

        using (new FirmLock(_sync))
        {
            (BlockingCall? told, _told, _isTold) = (_told, null, false);
            return told;
        }
    }

    private bool IsToldWithin(TimeSpan time)
    {
        using (new FirmLock(_sync)) return PulsedWait.Until(_sync, time, this, static thread => thread._isTold);
    }
}
