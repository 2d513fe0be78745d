using System.Runtime.InteropServices;

namespace AsyncKit.Concurrency;

/// <summary>Who is inside of a group: the body, the children, and cancellations that go on.</summary>
/// <remarks>
/// Those who enter and those who leave are counted apart, and far apart in memory: whoever starts children would else
/// wait for each that ends on another processor. While the body is inside, which leaves last or lets others come, who
/// leaves need not look at how many have entered.
/// </remarks>
internal sealed class Presence
{
    // How many have entered when all have left: so far below zero that no one who comes too late brings it back.
    private const long Ended = long.MinValue / 2;

    private Counters _counters = new() { Entered = 1, Others = 1 };

    public int ChildCount
    {
        get
        {
            long inside = Volatile.Read(ref _counters.Entered) - Volatile.Read(ref _counters.Left);
            return (int)Math.Max(0, inside - Volatile.Read(ref _counters.Others));
        }
    }

    /// <summary>Enters, unless all have left.</summary>
    public bool TryEnter() => Interlocked.Increment(ref _counters.Entered) > 0;

    /// <summary>The same, for one who is no child.</summary>
    public bool TryEnterAsOther()
    {
        if (!TryEnter()) return false;
        Interlocked.Increment(ref _counters.Others);
        return true;
    }

    /// <summary>Leaves.</summary>
    /// <returns>Whether all have left now.</returns>
    public bool Leave()
    {
        long left = Interlocked.Increment(ref _counters.Left);
        return Volatile.Read(ref _counters.HasBodyLeft) && TryEnd(left);
    }

    public bool LeaveAsOther()
    {
        Interlocked.Decrement(ref _counters.Others);
        return Leave();
    }

    // Said before it is counted: who leaves before this one is counted by it, and who leaves later sees it.
    public bool LeaveAsBody()
    {
        Volatile.Write(ref _counters.HasBodyLeft, true);
        return LeaveAsOther();
    }

    // When as many have left as have entered, nobody is inside who could let others in; and of those who leave, only
    // the last has that number. Whoever enters before the exchange is in time, and is waited for.
    private bool TryEnd(long left) => Volatile.Read(ref _counters.Entered) == left
        && Interlocked.CompareExchange(ref _counters.Entered, Ended, left) == left;

    [StructLayout(LayoutKind.Explicit, Size = 320)]
    private struct Counters
    {
        [FieldOffset(64)]
        public long Entered;

        [FieldOffset(192)]
        public long Left;

        [FieldOffset(256)]
        public long Others;

        [FieldOffset(264)]
        public bool HasBodyLeft;
    }
}
