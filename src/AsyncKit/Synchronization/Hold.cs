using System.Runtime.CompilerServices;

namespace AsyncKit.Synchronization;

/// <summary>What a lease of a primitive with several holders refers to: it is good for one release.</summary>
/// <remarks>Used again for the next holder, under the next number. Of a lease that is dropped it becomes garbage.
/// </remarks>
internal sealed class Hold<TOwner>(TOwner owner)
{
    // Who holds it, for reports, while somebody listens.
    private WatchedHold? _watched;

    public TOwner Owner { get; } = owner;

    // From here on: guarded by the gate of the owner.

    /// <summary>The number of this use; a lease with another one has been released.</summary>
    public long Number { get; set; } = 1;

    /// <summary>What is held, in the owner's own terms.</summary>
    public int Content { get; set; }

    public Hold<TOwner>? NextSpare { get; set; }

    /// <summary>Ends this use, if it is the one meant.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryEnd(long number)
    {
        if (Number != number) return false;
        Number++;
        return true;
    }

    public void HeldBy(WatchedWait wait)
    {
        _watched = new WatchedHold(wait, Number);
        wait.Held();
    }

    /// <summary>The holder goes on under the number of now: for listeners it is the same hold.</summary>
    public void HeldOn(long number)
    {
        if (_watched is { } watched && watched.Number == number) _watched = watched with { Number = Number };
    }

    /// <summary>Reports that this use is about to end, if it is the one meant.</summary>
    public void ReportRelease(long number)
    {
        if (Number == number) WatchedHold.ReportRelease(ref _watched, number);
    }
}
