using System.Collections.Immutable;
using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>A plan of what goes wrong with a <see cref="FaultyStream"/>.</summary>
/// <remarks>
/// <para>Begin with <see cref="None"/> or <see cref="Explored"/>; each method gives a new plan with one fault more.
/// Reads and writes are counted from 1, bytes from 0, in each direction by themselves. There is no chance in it: the
/// same calls have the same faults, and those of <see cref="Explored"/> are a part of the schedule.</para>
/// <para>A fault at an offset comes when all bytes before it were transferred: a read or write that would go over it
/// stops in front of it, as far as it can, and the next one meets it. Immutable and thread-safe.</para>
/// </remarks>
[DebuggerDisplay("Reads = {Reads}, Writes = {Writes}")]
public sealed class StreamFaults
{
    private StreamFaults()
    {
    }

    /// <summary>No fault: the stream does what the one inside does.</summary>
    public static StreamFaults None { get; } = new();

    /// <summary>Faults by choice of the schedule, where a test is explored; elsewhere none.</summary>
    /// <remarks>
    /// <para>In <see cref="AsyncTest.ExploreAsync"/> and the calls like it, each read may fail with nothing read, give
    /// few bytes, or stall; each write may fail with nothing, half, or all of it written, or stall before the first
    /// byte or half way; a flush may fail. A fault is an <see cref="IOException"/>. A stall takes one minute on the
    /// clock of the test, whatever that of the stream, and ends with the token; blocking calls do not stall.</para>
    /// <para>What happens is shrunk and replayed with the schedule, and the report names it. Faults count for
    /// <see cref="AsyncTest.FailEverywhereAsync"/>. What the plan says besides comes first.</para>
    /// </remarks>
    public static StreamFaults Explored { get; } = new() { IsExplored = true };

    internal bool IsExplored { get; private init; }

    internal TransferFaults Reads { get; private init; } = new();

    internal TransferFaults Writes { get; private init; } = new();

    internal long? End { get; private init; }

    internal ImmutableDictionary<long, byte> Corrupt { get; private init; } = ImmutableDictionary<long, byte>.Empty;

    internal Exception? Flush { get; private init; }

    internal Exception? Disposing { get; private init; }

    /// <summary>Fails one read; nothing is read by it.</summary>
    /// <param name="number">Which, from 1.</param>
    /// <param name="fault">What it throws; an <see cref="IOException"/> when <see langword="null"/>.</param>
    /// <returns>The plan with it.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="number"/> is less than 1.</exception>
    public StreamFaults FailRead(int number, Exception? fault = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        return With(reads: Reads.FailAtCall(number, fault));
    }

    /// <summary>Fails every read from an offset on.</summary>
    /// <param name="offset">How many bytes can be read before, from 0.</param>
    /// <param name="fault">What they throw; an <see cref="IOException"/> when <see langword="null"/>.</param>
    /// <returns>The plan with it.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="offset"/> is negative.</exception>
    public StreamFaults FailReadsAt(long offset, Exception? fault = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return With(reads: Reads.FailAtOffset(offset, fault));
    }

    /// <summary>Fails one write; nothing is written by it.</summary>
    /// <param name="number">Which, from 1.</param>
    /// <param name="fault">What it throws; an <see cref="IOException"/> when <see langword="null"/>.</param>
    /// <returns>The plan with it.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="number"/> is less than 1.</exception>
    public StreamFaults FailWrite(int number, Exception? fault = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        return With(writes: Writes.FailAtCall(number, fault));
    }

    /// <summary>Fails every write from an offset on, as a full disk does.</summary>
    /// <param name="offset">How many bytes can be written before, from 0. A write that goes over it writes what comes
    /// before, and fails.</param>
    /// <param name="fault">What they throw; an <see cref="IOException"/> when <see langword="null"/>.</param>
    /// <returns>The plan with it.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="offset"/> is negative.</exception>
    public StreamFaults FailWritesAt(long offset, Exception? fault = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return With(writes: Writes.FailAtOffset(offset, fault));
    }

    /// <summary>Stalls reading at an offset: a read there waits until it is cancelled.</summary>
    /// <param name="offset">How many bytes can be read before, from 0.</param>
    /// <returns>The plan with it.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="offset"/> is negative.</exception>
    public StreamFaults StallReadsAt(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return With(reads: Reads with { StallOffset = offset });
    }

    /// <summary>Stalls writing at an offset: a write over it writes what comes before, and waits until it is
    /// cancelled.</summary>
    /// <param name="offset">How many bytes can be written before, from 0.</param>
    /// <returns>The plan with it.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="offset"/> is negative.</exception>
    public StreamFaults StallWritesAt(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return With(writes: Writes with { StallOffset = offset });
    }

    /// <summary>Makes every read take time, before it reads.</summary>
    /// <param name="delay">How long, on the clock of the stream; zero or more.</param>
    /// <returns>The plan with it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="delay"/> is negative, or too long for a timer.
    /// </exception>
    public StreamFaults DelayReads(TimeSpan delay) => With(reads: Reads.DelayedBy(delay));

    /// <summary>Makes every write take time, before it writes.</summary>
    /// <param name="delay">How long, on the clock of the stream; zero or more.</param>
    /// <returns>The plan with it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="delay"/> is negative, or too long for a timer.
    /// </exception>
    public StreamFaults DelayWrites(TimeSpan delay) => With(writes: Writes.DelayedBy(delay));

    /// <summary>Makes reads short: none gives more than so many bytes.</summary>
    /// <param name="count">The most bytes, from 1.</param>
    /// <returns>The plan with it.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is less than 1.</exception>
    public StreamFaults ShortReads(int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return With(reads: Reads with { MaxCount = count });
    }

    /// <summary>Ends the stream early: reads find its end at an offset.</summary>
    /// <param name="offset">How many bytes can be read, from 0.</param>
    /// <returns>The plan with it.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="offset"/> is negative.</exception>
    public StreamFaults EndAt(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return With(end: offset);
    }

    /// <summary>Corrupts a byte that is read.</summary>
    /// <param name="offset">Which, from 0.</param>
    /// <param name="bits">The bits of it that are turned round: all of them by default.</param>
    /// <returns>The plan with it.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="offset"/> is negative.</exception>
    public StreamFaults CorruptAt(long offset, byte bits = 0xFF)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return With(corrupt: Corrupt.SetItem(offset, bits));
    }

    /// <summary>Fails every flush.</summary>
    /// <param name="fault">What it throws; an <see cref="IOException"/> when <see langword="null"/>.</param>
    /// <returns>The plan with it.</returns>
    public StreamFaults FailFlush(Exception? fault = null) => With(flush: fault ?? TransferFaults.NewFault());

    /// <summary>Fails the first dispose, after the stream inside was disposed of.</summary>
    /// <param name="fault">What it throws; an <see cref="IOException"/> when <see langword="null"/>.</param>
    /// <returns>The plan with it.</returns>
    public StreamFaults FailDispose(Exception? fault = null) => With(disposing: fault ?? TransferFaults.NewFault());

    private StreamFaults With(
        TransferFaults? reads = null,
        TransferFaults? writes = null,
        long? end = null,
        ImmutableDictionary<long, byte>? corrupt = null,
        Exception? flush = null,
        Exception? disposing = null) =>
        new()
        {
            IsExplored = IsExplored,
            Reads = reads ?? Reads,
            Writes = writes ?? Writes,
            End = end ?? End,
            Corrupt = corrupt ?? Corrupt,
            Flush = flush ?? Flush,
            Disposing = disposing ?? Disposing,
        };
}
