using System.Diagnostics.CodeAnalysis;
using AsyncKit.Diagnostics;

namespace AsyncKit.Concurrency;

/// <summary>The steps of an event loop that are ready, first in, first out.</summary>
internal sealed class LoopQueue
{
    // Guards the fields below, and is pulsed when there may be something to do.
    private readonly object _sync = new();
    private Queue<LoopStep> _steps = new();
    private readonly List<ExternalWork> _wakings = [];
    private bool _isWaiting;
    private bool _isWoken;
    private bool _isClosed;

    // Of the loop alone: those that it took together, so that it meets the other threads here once and not for each.
    private Queue<LoopStep> _taken = new();

    /// <summary>From any thread: adds a step.</summary>
    /// <returns>Whether it will run: not when the loop has ended.</returns>
    public bool TryAdd(LoopStep step)
    {
        lock (_sync)
        {
            if (_isClosed) return false;
            _steps.Enqueue(step);
            if (_isWaiting) Monitor.Pulse(_sync);
            return true;
        }
    }

    /// <summary>From any thread: lets the loop look again at what it waits for.</summary>
    public void Wake()
    {
        // What the loop does next is not in the context of who wakes it: a clock of a test has to wait for it.
        ExternalWork waking = ExternalWork.Begin(this);
        lock (_sync)
        {
            if (!_isClosed)
            {
                // A loop that never rests is woken again and again: one of these is enough where nobody listens.
                if (!_isWoken || AsyncDiagnostics.IsEnabled(DiagnosticEvents.ExternalWork)) _wakings.Add(waking);
                _isWoken = true;
                if (_isWaiting) Monitor.Pulse(_sync);
                return;
            }
        }

        waking.End();
    }

    /// <summary>On the loop: the next step.</summary>
    public bool TryTake([NotNullWhen(true)] out LoopStep? step)
    {
        if (_taken.TryDequeue(out step)) return true;
        using (new FirmLock(_sync)) (_steps, _taken) = (_taken, _steps);
        return _taken.TryDequeue(out step);
    }

    /// <summary>On the loop: waits until there is a step, or the loop was woken.</summary>
    public void Wait()
    {
        Rest();
        using (new FirmLock(_sync))
        {
            _isWaiting = true;
            PulsedWait.Until(
                _sync, Timeout.InfiniteTimeSpan, this, static queue => queue._steps.Count > 0 || queue._isWoken);
            (_isWaiting, _isWoken) = (false, false);
        }
    }

    /// <summary>On the loop: what it was woken for is done.</summary>
    /// <param name="isOver">Whether the loop has ended. If not, it may have been woken again, for more.</param>
    public void Rest(bool isOver = false)
    {
        ExternalWork[] done;
        using (new FirmLock(_sync))
        {
            if ((_isWoken && !isOver) || _wakings.Count is 0) return;
            done = [.. _wakings];
            _wakings.Clear();
        }

        foreach (ExternalWork waking in done) waking.End();
    }

    /// <summary>On the loop: takes no more steps, if none is left.</summary>
    public bool TryClose()
    {
        using (new FirmLock(_sync)) return _isClosed = _taken.Count is 0 && _steps.Count is 0;
    }

    /// <summary>On the loop: takes no more steps.</summary>
    /// <returns>Those that are left.</returns>
    public LoopStep[] Close()
    {
        using (new FirmLock(_sync))
        {
            _isClosed = true;
            LoopStep[] left = [.. _taken, .. _steps];
            _taken.Clear();
            _steps.Clear();
            return left;
        }
    }
}
