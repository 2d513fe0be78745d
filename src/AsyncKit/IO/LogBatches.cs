using System.Runtime.CompilerServices;
using AsyncKit.Synchronization;

namespace AsyncKit.IO;

/// <summary>The two batches of a log: one that fills, and one that is written meanwhile. Guarded by the gate of the
/// queue.</summary>
internal sealed class LogBatches(AppendLogOptions options, long length, int day)
{
    private readonly bool _knowsOffsets = !options.SharedAppend;
    private LogPosition _position = new(length, day, options.Roll?.MaxFileBytes ?? long.MaxValue);
    private LogBatch _filling = new(options.BatchBytes);
    private LogBatch _other = new(options.BatchBytes);

    /// <summary>Whether a batch is with the pump.</summary>
    public bool IsWriting { get; private set; }

    /// <summary>Whether there are lines that are not written yet, or a batch is not done yet.</summary>
    public bool AreBusy => _filling.HasLines || IsWriting;

    /// <summary>Whether the batch that fills has something to do for the pump.</summary>
    public bool HaveNext => !_filling.IsEmpty;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool HaveRoom(int length, int day) =>
        _filling.Fits(length) && !(_filling.HasLines && _position.BeginsFile(length, day));

    /// <summary>Takes a line that has room.</summary>
    /// <returns>Its offset in its file.</returns>
    public long Add(ReadOnlySpan<byte> line, int day)
    {
        bool isFirst = !_filling.HasLines;
        _filling.Add(line);
        return Place(line.Length, day, isFirst);
    }

    /// <summary>Takes a line that has room when each of its chars is a byte, if that is so.</summary>
    public bool TryAddAscii(ReadOnlySpan<char> line, int day, out long offset)
    {
        bool isFirst = !_filling.HasLines;
        bool isTaken = _filling.TryAddAscii(line);
        offset = isTaken ? Place(line.Length, day, isFirst) : 0;
        return isTaken;
    }

    /// <summary>Those who wait for a line that is taken next.</summary>
    public WaitList WaitersForNext(CommitLevel level) => _filling.WaitersFor(level);

    /// <summary>Those who wait for all lines that were taken: for the batch that fills, or the one that is written when
    /// that is empty.</summary>
    public WaitList WaitersForAll(CommitLevel level) =>
        (_filling.HasLines || !IsWriting ? _filling : _other).WaitersFor(level);

    /// <summary>Gives the batch that fills to the pump, and begins the other.</summary>
    public LogBatch BeginNext()
    {
        (_filling, _other) = (_other, _filling);
        IsWriting = true;
        return _other;
    }

    /// <summary>The pump is done with its batch.</summary>
    public void EndNext()
    {
        _other.Clear();
        IsWriting = false;
    }

    /// <summary>The lists of all who wait for a batch.</summary>
    public WaitList[] AllWaiters() =>
        [_other.OsWaiters, _other.DiskWaiters, _filling.OsWaiters, _filling.DiskWaiters];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Place(int length, int day, bool isFirst)
    {
        bool beginsFile = isFirst && _position.BeginsFile(length, day);
        if (isFirst) (_filling.BeginsFile, _filling.Day) = (beginsFile, day);
        long offset = _position.Take(length, day, beginsFile);
        return _knowsOffsets ? offset : -1;
    }
}
