using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AsyncKit.IO;

/// <summary>Where the next line of a log goes, known before it is written.</summary>
/// <remarks>A mutable struct under the gate of the queue: a field that is not read-only, never copied.</remarks>
[StructLayout(LayoutKind.Auto)]
internal struct LogPosition(long offset, int day, long maxFileBytes)
{
    private long _offset = offset;
    private int _day = day;

    /// <summary>Whether a line has to begin a new file.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool BeginsFile(int length, int day) =>
        _offset > 0 && (_offset + length >= maxFileBytes || day > _day);

    /// <summary>Moves behind a line.</summary>
    /// <returns>The offset of the line.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Take(int length, int day, bool beginsFile)
    {
        if (beginsFile) _offset = 0;

        // A clock that was set back does not take the file back to a day before.
        if (day > _day) _day = day;
        long start = _offset;
        _offset = start + length + 1;
        return start;
    }
}
