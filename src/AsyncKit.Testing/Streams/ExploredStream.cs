using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>A stream around another whose reads and writes go wrong by choice of the schedule, where a test is
/// explored.</summary>
[DebuggerDisplay("{_inner}")]
internal sealed class ExploredStream(Stream inner) : Stream
{
    private readonly Stream _inner = inner;

    public override bool CanRead => _inner.CanRead;

    public override bool CanWrite => _inner.CanWrite;

    public override bool CanSeek => _inner.CanSeek;

    public override long Length => _inner.Length;

    public override long Position
    {
        get => _inner.Position;
        set => _inner.Position = value;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ExploredTransfer transfer = ExploredTransfer.OfRead(buffer.Length, mayStall: true);
        transfer.ThrowIfFailed();
        await transfer.StallAsync(cancellationToken).ConfigureAwait(false);
        return await _inner.ReadAsync(buffer[..transfer.First], cancellationToken).ConfigureAwait(false);
    }

    public override int Read(Span<byte> buffer)
    {
        ExploredTransfer transfer = ExploredTransfer.OfRead(buffer.Length, mayStall: false);
        transfer.ThrowIfFailed();
        return _inner.Read(buffer[..transfer.First]);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ExploredTransfer transfer = ExploredTransfer.OfWrite(buffer.Length, mayStall: true);
        await WriteInsideAsync(buffer[..transfer.First], cancellationToken).ConfigureAwait(false);
        transfer.ThrowIfFailed();
        await transfer.StallAsync(cancellationToken).ConfigureAwait(false);
        await WriteInsideAsync(buffer[transfer.First..], cancellationToken).ConfigureAwait(false);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ExploredTransfer transfer = ExploredTransfer.OfWrite(buffer.Length, mayStall: false);
        if (transfer.First > 0) _inner.Write(buffer[..transfer.First]);
        transfer.ThrowIfFailed();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
        ExploredTransfer.OfFlush().ThrowIfFailed();
        _inner.Flush();
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        ExploredTransfer.OfFlush().ThrowIfFailed();
        await _inner.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override long Seek(long offset, SeekOrigin origin) => _inner.Seek(offset, origin);

    public override void SetLength(long value) => _inner.SetLength(value);

    public override async ValueTask DisposeAsync()
    {
        await _inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _inner.Dispose();
        base.Dispose(disposing);
    }

    private ValueTask WriteInsideAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        bytes.IsEmpty ? default : _inner.WriteAsync(bytes, cancellationToken);
}
