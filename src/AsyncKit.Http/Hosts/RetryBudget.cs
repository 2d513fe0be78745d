namespace AsyncKit.Http;

/// <summary>
/// Counts requests and retries to a host over a sliding window, and says whether one more retry is allowed.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class RetryBudget(RetryBudgetOptions options, TimeProvider timeProvider)
{
    // The window slides in tenths: a request counts for the whole window, and for at most a tenth of it more.
    private const int Slots = 10;

    private readonly (int Requests, int Retries)[] _counts = new (int, int)[Slots + 1];
    private readonly long _started = timeProvider.GetTimestamp();

    // Guards what is above and the field below: the slot that is counted into, from the beginning of time.
    private readonly Lock _sync = new();
    private long _slot;

    /// <summary>How many retries would be allowed now.</summary>
    public double Remaining
    {
        get
        {
            lock (_sync) return Math.Max(0, Left());
        }
    }

    /// <summary>Counts a request that is sent for the first time.</summary>
    public void AddRequest()
    {
        lock (_sync)
        {
            Slide();
            _counts[Index].Requests++;
        }
    }

    /// <summary>Counts a retry, if one is allowed.</summary>
    public bool TryAddRetry()
    {
        lock (_sync)
        {
            if (Left() < 1) return false;
            _counts[Index].Retries++;
            return true;
        }
    }

    private int Index => (int)(_slot % _counts.Length);

    private double Left()
    {
        Slide();
        double allowed = options.MinRetriesPerSecond * options.Window.TotalSeconds;
        foreach ((int requests, int retries) in _counts) allowed += requests * options.Ratio - retries;

        // What is left of twenty percent of five must be a whole one.
        return allowed + 1e-9;
    }

    private void Slide()
    {
        long now = (long)(timeProvider.GetElapsedTime(_started) / (options.Window / Slots));
        if (now - _slot >= _counts.Length) Array.Clear(_counts);
        else while (_slot < now) _counts[(int)(++_slot % _counts.Length)] = default;
        _slot = Math.Max(_slot, now);
    }
}
