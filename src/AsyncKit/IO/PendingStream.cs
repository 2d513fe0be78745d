using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>What the content of a pending file is written to. It ends before the file is published, and leaves that
/// open.</summary>
internal sealed class PendingStream(SafeFileHandle file) : Stream
{
    // Not the buffer of a FileStream: that would be written by a finalizer, into a file that was given up.
    private readonly BufferedStream _content = new(new FileStream(file, FileAccess.Write, bufferSize: 0), 64 * 1024);

    // A write that nobody awaited may run while the stream ends. Were it only asked first whether it comes too late, it
    // could reach the file behind the last flush, or be lost in the buffer.
    private readonly CallsUntilEnd _calls = new();

    public override bool CanRead => false;

    public override bool CanSeek => !_calls.HasEnded;

    public override bool CanWrite => !_calls.HasEnded;

    public override long Length
    {
        get
        {
            using (Enter()) return _content.Length;
        }
    }

    public override long Position
    {
        get
        {
            using (Enter()) return _content.Position;
        }
        set => Seek(value, SeekOrigin.Begin);
    }

    /// <summary>Takes no more, and writes what is buffered.</summary>
    public async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        await _calls.EndAsync().ConfigureAwait(false);
        await _content.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        using (Enter()) _content.Write(buffer, offset, count);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        using (Enter()) _content.Write(buffer);
    }

    public override async Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        await WriteAsync(buffer.AsMemory(offset, count), cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using (Enter()) await _content.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    public override void Flush()
    {
        using (Enter()) _content.Flush();
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        using (Enter()) await _content.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        using (Enter()) return _content.Seek(offset, origin);
    }

    public override void SetLength(long value)
    {
        using (Enter()) _content.SetLength(value);
    }

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("The content of a pending file is only written.");

    protected override void Dispose(bool disposing)
    {
        _ = _calls.EndAsync();
        base.Dispose(disposing);
    }

    // Whoever writes too late would write into the file that has its name already.
    private Call Enter()
    {
        ObjectDisposedException.ThrowIf(!_calls.TryEnter(), this);
        return new Call(_calls);
    }

    private readonly struct Call(CallsUntilEnd calls) : IDisposable
    {
        public void Dispose() => calls.Leave();
    }
}
