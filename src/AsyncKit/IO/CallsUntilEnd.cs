namespace AsyncKit.IO;

/// <summary>Counts the calls that are running, and ends them: after the end none begins, and it comes when the last has
/// left.</summary>
internal sealed class CallsUntilEnd
{
    private const int Ended = 1 << 30;

    private readonly TaskCompletionSource _allHaveLeft = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // How many are running, and whether the end has been asked for: in one word, so that no call slips between.
    private int _state;

    /// <summary>Whether no more calls are let in.</summary>
    public bool HasEnded => (Volatile.Read(ref _state) & Ended) is not 0;

    /// <summary>Begins a call.</summary>
    /// <returns>Whether it may run. Then it must <see cref="Leave"/>.</returns>
    public bool TryEnter()
    {
        if ((Interlocked.Increment(ref _state) & Ended) is 0) return true;
        Leave();
        return false;
    }

    /// <summary>Ends a call.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _state) is Ended) _allHaveLeft.TrySetResult();
    }

    /// <summary>Lets no more calls in, and waits for those that are running. Can be repeated.</summary>
    public Task EndAsync()
    {
        if ((Interlocked.Or(ref _state, Ended) & ~Ended) is 0) _allHaveLeft.TrySetResult();
        return _allHaveLeft.Task;
    }
}
