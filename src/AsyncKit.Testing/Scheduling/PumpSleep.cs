namespace AsyncKit.Testing;

/// <summary>The waits of a pump, from which others wake it.</summary>
/// <param name="sync">The lock of the scheduler, which guards what the pump waits for.</param>
internal sealed class PumpSleep(SpinGate sync)
{
    private bool _isAsleep;

    /// <summary>What wakes it.</summary>
    public Signal? Alarm { get; set; }

    /// <summary>A wait follows: whoever changes something from now on wakes the pump. The caller holds the
    /// lock.</summary>
    public void Begin() => _isAsleep = true;

    /// <summary>Wakes the pump from a wait. The caller holds the lock.</summary>
    public void Wake()
    {
        if (!_isAsleep) return;
        _isAsleep = false;
        Alarm!.Set();
    }

    /// <summary>Waits, after <see cref="Begin"/>, without the lock.</summary>
    /// <returns>Whether it was woken before the limit.</returns>
    public bool Wait(TimeSpan limit)
    {
        if (Alarm!.Wait(limit)) return true;
        using (sync.Enter())
        {
            if (_isAsleep)
            {
                _isAsleep = false;
                return false;
            }
        }

        // The signal came in this moment: it must not stay for the next wait.
        Alarm.Wait();
        return true;
    }
}
