using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>A file on a disk. What the system has in memory is read at once; only the rest waits on the pool.</summary>
/// <remarks>
/// On Unix a read of a file cannot be awaited: .NET blocks a thread of the pool for each, also when the bytes are in
/// memory. A read that is told not to wait spares the hop, and half of the processor time.
/// </remarks>
[DebuggerDisplay("{Name,nq} at {_offset}")]
internal sealed class FileSource(
    SafeFileHandle file, string name, bool leaveOpen, long start = 0, long end = long.MaxValue) : ByteSource
{
    private long _offset = start;

    // Of this file: another file system may know how.
    private bool _isNeverAtOnce;

    public override string Name => name;

    public override bool CanReadAhead => true;

    public override int ReadAtOnce(Span<byte> buffer)
    {
        if (_isNeverAtOnce) return CachedReads.WouldWait;
        buffer = buffer[..Most(buffer.Length)];
        if (buffer.IsEmpty) return 0;
        int read = CachedReads.Read(file, buffer, _offset);
        if (read > 0)
        {
            _offset += read;
            return read;
        }

        if (read is CachedReads.Never) _isNeverAtOnce = true;
        if (read is not 0 || _offset < RandomAccess.GetLength(file)) return CachedReads.WouldWait;

        // Zero is the end only when a plain read says so too: some kernels say it of what they would have to wait for.
        // Behind the end there is nothing that a plain read waits for.
        return Read(buffer);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        buffer = buffer[..Most(buffer.Length)];
        int read = await RandomAccess.ReadAsync(file, buffer, _offset, cancellationToken).ConfigureAwait(false);
        _offset += read;
        return read;
    }

    public override int Read(Span<byte> buffer)
    {
        int read = RandomAccess.Read(file, buffer[..Most(buffer.Length)], _offset);
        _offset += read;
        return read;
    }

    public override bool TrySeek(long offset)
    {
        _offset = offset;
        return true;
    }

    public override ValueTask DisposeAsync()
    {
        if (!leaveOpen) file.Dispose();
        return default;
    }

    private int Most(int length) => (int)Math.Min(length, end - _offset);
}
