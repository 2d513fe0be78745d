namespace AsyncKit.Synchronization;

/// <summary>A hold that listeners were told of, to be told of its end.</summary>
/// <param name="Wait">What they know it by.</param>
/// <param name="Number">The number of the hold: the next one may be taken while nobody listens.</param>
internal sealed record WatchedHold(WatchedWait Wait, long Number)
{
    /// <summary>Reports that a hold is about to end, once.</summary>
    /// <returns>What it was known by; none when it was not reported.</returns>
    public static WatchedWait? ReportRelease(ref WatchedHold? holder, long number)
    {
        WatchedHold? ending = Interlocked.Exchange(ref holder, null);
        if (ending?.Number != number) return null;
        ending.Wait.Released();
        return ending.Wait;
    }
}
