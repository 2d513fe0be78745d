using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>What the content of a pending file is written to. It ends before the file is published, and leaves that
/// open.</summary>
internal sealed class PendingStream(SafeFileHandle file) : Stream
{
    // Not the buffer of a FileStream: that would be written by a finalizer, into a file that was given up.
    private readonly BufferedStream _content = new(new FileStream(file, FileAccess.Write, bufferSize: 0), 64 * 1024);
    private bool _hasEnded;

    public override bool CanRead => false;

    public override bool CanSeek => !_hasEnded;

    public override bool CanWrite => !_hasEnded;

    public override long Length => Content.Length;

    public override long Position
    {
        get => Content.Position;
        set => Content.Position = value;
    }

    // Whoever writes too late would write into the file that has its name already.
    private BufferedStream Content
    {
        get
        {
            ObjectDisposedException.ThrowIf(_hasEnded, this);
            return _content;
        }
    }

    /// <summary>Writes what is buffered, and takes no more.</summary>
    public async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        _hasEnded = true;
        await _content.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override void Write(byte[] buffer, int offset, int count) => Content.Write(buffer, offset, count);

    public override void Write(ReadOnlySpan<byte> buffer) => Content.Write(buffer);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Content.WriteAsync(buffer, offset, count, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        Content.WriteAsync(buffer, cancellationToken);

    public override void Flush() => Content.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => Content.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => Content.Seek(offset, origin);

    public override void SetLength(long value) => Content.SetLength(value);

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("The content of a pending file is only written.");

    protected override void Dispose(bool disposing)
    {
        _hasEnded = true;
        base.Dispose(disposing);
    }
}
