using System.Buffers;
using System.Text;
using AsyncKit.Synchronization;

namespace AsyncKit.IO;

/// <summary>Lines that are written in one go, and those who wait for it. Guarded by the gate of its queue while it
/// fills; then it is the pump's.</summary>
internal sealed class LogBatch(int capacity)
{
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(capacity);
    private int _count;

    /// <summary>Those who wait until it is written. They stay in the care of the gate.</summary>
    public WaitList OsWaiters { get; } = new();

    /// <summary>Those who wait until it is on the disk. They stay in the care of the gate.</summary>
    public WaitList DiskWaiters { get; } = new();

    /// <summary>Whether its lines begin a new file.</summary>
    public bool BeginsFile { get; set; }

    /// <summary>The day of its first line; zero where nobody asks for days.</summary>
    public int Day { get; set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _count);

    /// <summary>Whether there is nothing to do for it.</summary>
    public bool IsEmpty => _count is 0 && OsWaiters.First is null && DiskWaiters.First is null;

    public bool HasLines => _count > 0;

    public bool Fits(int length) => length < _bytes.Length - _count;

    /// <summary>Takes a line that fits.</summary>
    public void Add(ReadOnlySpan<byte> line)
    {
        line.CopyTo(_bytes.AsSpan(_count));
        End(line.Length);
    }

    /// <summary>Takes a line that fits when each of its chars is a byte, if that is so.</summary>
    public bool TryAddAscii(ReadOnlySpan<char> line)
    {
        bool isAscii = Ascii.FromUtf16(line, _bytes.AsSpan(_count), out int length) is OperationStatus.Done;
        if (isAscii) End(length);
        return isAscii;
    }

    public WaitList WaitersFor(CommitLevel level) => level is CommitLevel.Disk ? DiskWaiters : OsWaiters;

    public void Clear()
    {
        _count = 0;
        BeginsFile = false;
        Day = 0;
    }

    private void End(int length)
    {
        int end = _count + length;
        _bytes[end] = (byte)'\n';
        _count = end + 1;
    }
}
