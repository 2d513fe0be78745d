using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>One end of a <see cref="DuplexPair"/>.</summary>
/// <remarks>
/// <para>One read and one write may run at a time; a second of its kind throws an
/// <see cref="InvalidOperationException"/>, so code that forgets to wait is found.</para>
/// <para><b>Cancellation.</b> A cancelled read has taken nothing. A cancelled write has written what has a place in the
/// buffer, and nothing behind that; in lockstep nothing but what was read.</para>
/// <para><b>Dispose.</b> The other end reads what was written, then the end of the stream; its writes throw an
/// <see cref="IOException"/>. Calls of this end that wait throw an <see cref="ObjectDisposedException"/>.</para>
/// <para><b>Blocking calls.</b> They are served when they need not wait, else they throw a
/// <see cref="NotSupportedException"/>: a thread that blocks could keep a test from ever moving its clock.</para>
/// </remarks>
[DebuggerDisplay("In = {_incoming}, Out = {_outgoing}")]
public sealed class DuplexStream : Stream
{
    private readonly Link _incoming;
    private readonly Link _outgoing;
    private volatile bool _disposed;

    internal DuplexStream(Link incoming, Link outgoing)
    {
        _incoming = incoming;
        _outgoing = outgoing;
    }

    /// <inheritdoc/>
    public override bool CanRead => !_disposed;

    /// <inheritdoc/>
    public override bool CanWrite => !_disposed;

    /// <summary>Always <see langword="false"/>.</summary>
    public override bool CanSeek => false;

    /// <summary>Not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Length => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Says that this end writes no more: the other reads to the end. This end can still read.</summary>
    /// <remarks>Doing it again does nothing.</remarks>
    /// <exception cref="ObjectDisposedException">This end was disposed of.</exception>
    public void CompleteWrites()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        _outgoing.CompleteWrites();
    }

    /// <summary>Reads what has come, as much as the link gives at a time; waits for something.</summary>
    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">Another read is running.</exception>
    /// <exception cref="IOException">The connection was cut.</exception>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<int>(cancellationToken)
            : new ValueTask<int>(_incoming.ReadAsync(buffer, cancellationToken));

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <summary>Writes; waits while there is no place in the buffer.</summary>
    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">
    /// Another write is running, or the writes were completed.
    /// </exception>
    /// <exception cref="IOException">The connection was cut, or the other end disposed of.</exception>
    public override ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        try
        {
            return new ValueTask(_outgoing.WriteAsync(buffer, cancellationToken));
        }
        catch (IOException e)
        {
            return ValueTask.FromException(e);
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <summary>Reads what has come.</summary>
    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Nothing has come yet.</exception>
    public override int Read(Span<byte> buffer) => _incoming.TryRead(buffer)
        ?? throw new NotSupportedException("Nothing has come yet, and a blocking read cannot wait. Use ReadAsync.");

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    /// <summary>Writes what has a place in the buffer.</summary>
    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">There is no place for it; nothing was written.</exception>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_outgoing.TryWrite(buffer)) return;
        throw new NotSupportedException(
            "The buffer has no place for it, and a blocking write cannot wait. Use WriteAsync.");
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        Write(buffer.AsSpan(offset, count));
    }

    /// <summary>Does nothing: what is written is on its way.</summary>
    public override void Flush()
    {
    }

    /// <summary>Does nothing: what is written is on its way.</summary>
    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : Task.CompletedTask;

    /// <summary>Not supported.</summary>
    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        throw new NotSupportedException("A connection has no position.");
    }

    /// <summary>Not supported.</summary>
    /// <inheritdoc/>
    public override void SetLength(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        throw new NotSupportedException("A connection has no length.");
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _outgoing.CloseWriter();
            _incoming.CloseReader();
        }

        base.Dispose(disposing);
    }
}
