using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>A body that comes by script, on a clock that began with the headers.</summary>
[DebuggerDisplay("Read = {_position} of {_script.Length}")]
internal sealed class ScriptedBody(BodyScript script, TimeProvider timeProvider) : Stream
{
    private readonly BodyScript _script = script;
    private readonly long _start = timeProvider.GetTimestamp();
    private int _position;
    private bool _disposed;

    public override bool CanRead => !_disposed;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    // How long it takes until there is something to read, or the end of it.
    private TimeSpan Wait
    {
        get
        {
            if (_position == _script.Length)
                return _script.Stalls ? Timeout.InfiniteTimeSpan : TimeSpan.Zero;
            TimeSpan due = _script.Every * ((_position / _script.PieceSize) + 1);
            TimeSpan elapsed = timeProvider.GetElapsedTime(_start);
            return due > elapsed ? due - elapsed : TimeSpan.Zero;
        }
    }

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        if (buffer.IsEmpty) return 0;
        await VirtualWait.DelayAsync(Wait, timeProvider, cancellationToken).ConfigureAwait(false);
        return Take(buffer.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (buffer.IsEmpty) return 0;
        if (Wait == TimeSpan.Zero) return Take(buffer);
        throw new NotSupportedException(
            "The body has not come yet, and a read that blocks would keep the clock from moving. Use ReadAsync.");
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        base.Dispose(disposing);
    }

    private int Take(Span<byte> buffer)
    {
        int missing = _script.Bytes.Length - _position;
        if (_position == _script.Length && missing > 0)
        {
            // What the framework throws for a connection that is closed within a body.
            throw new HttpIOException(
                HttpRequestError.ResponseEnded,
                $"The response ended prematurely, with at least {missing} additional bytes expected.");
        }

        int pieceLeft = _script.PieceSize - (_position % _script.PieceSize);
        int count = Math.Min(buffer.Length, Math.Min(pieceLeft, _script.Length - _position));
        _script.Bytes.AsSpan(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }
}
