using System.Collections.Immutable;

namespace AsyncKit.Testing;

/// <summary>What goes wrong in one direction of a stream.</summary>
internal sealed record TransferFaults
{
    public ImmutableDictionary<int, Exception> CallFaults { get; private init; } =
        ImmutableDictionary<int, Exception>.Empty;

    public long? FaultOffset { get; private init; }

    public Exception? OffsetFault { get; private init; }

    public long? StallOffset { get; init; }

    public TimeSpan Delay { get; private init; }

    public int MaxCount { get; init; } = int.MaxValue;

    public static IOException NewFault() => new("The stream failed, as planned.");

    public TransferFaults FailAtCall(int number, Exception? fault) =>
        this with { CallFaults = CallFaults.SetItem(number, fault ?? NewFault()) };

    public TransferFaults FailAtOffset(long offset, Exception? fault) =>
        this with { FaultOffset = offset, OffsetFault = fault ?? NewFault() };

    public TransferFaults DelayedBy(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        ManualTimer.ThrowIfOutOfRange(delay);
        return this with { Delay = delay };
    }

    /// <summary>How many bytes can be transferred at an offset before something goes wrong there.</summary>
    public int Room(int wanted, long offset)
    {
        long stop = Math.Min(FaultOffset ?? long.MaxValue, StallOffset ?? long.MaxValue);
        return (int)Math.Min(Math.Min(wanted, MaxCount), Math.Max(0, stop - offset));
    }

    /// <summary>What a call meets that has no room: it throws, or has to wait for ever.</summary>
    public bool StallsAt(long offset) => StallOffset <= offset && !(FaultOffset <= StallOffset);
}
