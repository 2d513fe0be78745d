using System.Diagnostics.CodeAnalysis;

namespace AsyncKit.Testing;

/// <summary>A blocking wait of the code under test, as the runtime announces it.</summary>
internal sealed class BlockingWait(IntPtr[] handles, bool waitAll, int milliseconds)
{
    // What the runtime returns for a wait that was not satisfied in time: WAIT_TIMEOUT.
    private const int NotSatisfied = 0x102;

    private readonly long _start = RealTime.Now;

    public bool HasLimit => milliseconds is not Timeout.Infinite;

    /// <summary>What the wait returned; <see langword="null"/> while it is not over.</summary>
    public int? Result { get; private set; }

    /// <summary>Looks, without waiting, whether the wait is over: satisfied, or its limit has passed.</summary>
    [MemberNotNullWhen(true, nameof(Result))]
    public bool TryEnd()
    {
        if (Result is not null) return true;
        int result = Waiter.WaitFor(handles, waitAll, milliseconds: 0);
        bool isOver = result is not NotSatisfied
            || (HasLimit && RealTime.Since(_start).TotalMilliseconds >= milliseconds);
        if (isOver) Result = result;
        return isOver;
    }

    /// <summary>Blocks until the wait is over, but not longer than a limit.</summary>
    public bool Block(TimeSpan limit)
    {
        if (Result is not null) return true;
        TimeSpan left = HasLimit
            ? TimeSpan.FromMilliseconds(milliseconds) - RealTime.Since(_start)
            : Timeout.InfiniteTimeSpan;
        bool isCut = limit != Timeout.InfiniteTimeSpan && (left == Timeout.InfiniteTimeSpan || limit < left);
        TimeSpan time = isCut ? limit : left;
        int wait = time == Timeout.InfiniteTimeSpan
            ? Timeout.Infinite
            : (int)Math.Max(0, Math.Ceiling(time.TotalMilliseconds));
        int result = Waiter.WaitFor(handles, waitAll, wait);
        if (result is not NotSatisfied || !isCut) Result = result;
        return Result is not null;
    }

    // WaitHelper is protected, for contexts that override Wait.
    private sealed class Waiter : SynchronizationContext
    {
        public static int WaitFor(IntPtr[] handles, bool waitAll, int milliseconds) =>
            WaitHelper(handles, waitAll, milliseconds);
    }
}
