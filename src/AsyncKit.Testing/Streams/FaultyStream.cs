using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>A stream around another that fails, stalls, is slow or lies, by a plan or by choice of the
/// schedule.</summary>
/// <remarks>
/// <para>What <see cref="StreamFaults"/> does not touch goes to the stream inside, which it disposes of. Offsets count
/// the bytes that went through this stream, whatever its position.</para>
/// <para>Code that waits for a delay goes on inside the move of the clock. Blocking calls do the same as others, but
/// throw a <see cref="NotSupportedException"/> where they would have to wait. As other streams, not for several
/// threads at a time.</para>
/// </remarks>
[DebuggerDisplay("Read = {_read}, Written = {_written}, Inner = {_inner}")]
public sealed class FaultyStream : Stream
{
    private readonly Stream _inner;
    private readonly StreamFaults _faults;
    private readonly TimeProvider _timeProvider;
    private long _read;
    private long _written;
    private int _reads;
    private int _writes;
    private bool _disposed;

    /// <summary>Puts faults around a stream.</summary>
    /// <param name="inner">The stream that does the work.</param>
    /// <param name="faults">What goes wrong.</param>
    /// <param name="timeProvider">The clock of the delays; <see cref="TimeProvider.System"/> when
    /// <see langword="null"/>.</param>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="inner"/> or <paramref name="faults"/> is <see langword="null"/>.
    /// </exception>
    public FaultyStream(Stream inner, StreamFaults faults, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(faults);
        _inner = faults.IsExplored ? new ExploredStream(inner) : inner;
        _faults = faults;
        _timeProvider = timeProvider ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public override bool CanRead => _inner.CanRead;

    /// <inheritdoc/>
    public override bool CanWrite => _inner.CanWrite;

    /// <inheritdoc/>
    public override bool CanSeek => _inner.CanSeek;

    /// <inheritdoc/>
    public override long Length => _inner.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _inner.Position;
        set => _inner.Position = value;
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfPlanned(_faults.Reads, ++_reads);
        await VirtualWait.DelayAsync(_faults.Reads.Delay, _timeProvider, cancellationToken).ConfigureAwait(false);
        int room = RoomToRead(buffer.Length);
        if (room is 0 && !buffer.IsEmpty)
        {
            if (IsAtEnd) return 0;
            await MeetAsync(_faults.Reads, _read, cancellationToken).ConfigureAwait(false);
        }

        int count = await _inner.ReadAsync(buffer[..room], cancellationToken).ConfigureAwait(false);
        return Took(buffer.Span[..count]);
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        ThrowIfPlanned(_faults.Reads, ++_reads);
        ThrowIfDelayed(_faults.Reads);
        int room = RoomToRead(buffer.Length);
        if (room is 0 && !buffer.IsEmpty)
        {
            if (IsAtEnd) return 0;
            Meet(_faults.Reads, _read);
        }

        int count = _inner.Read(buffer[..room]);
        return Took(buffer[..count]);
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfPlanned(_faults.Writes, ++_writes);
        await VirtualWait.DelayAsync(_faults.Writes.Delay, _timeProvider, cancellationToken).ConfigureAwait(false);
        int room = _faults.Writes.Room(buffer.Length, _written);
        if (room > 0) await _inner.WriteAsync(buffer[..room], cancellationToken).ConfigureAwait(false);
        _written += room;
        if (room < buffer.Length)
            await MeetAsync(_faults.Writes, _written, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        ThrowIfPlanned(_faults.Writes, ++_writes);
        ThrowIfDelayed(_faults.Writes);
        int room = _faults.Writes.Room(buffer.Length, _written);
        if (room > 0) _inner.Write(buffer[..room]);
        _written += room;
        if (room < buffer.Length) Meet(_faults.Writes, _written);
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        Write(buffer.AsSpan(offset, count));
    }

    /// <inheritdoc/>
    public override void Flush()
    {
        if (_faults.Flush is { } fault) throw fault;
        _inner.Flush();
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled(cancellationToken);
        return _faults.Flush is { } fault ? Task.FromException(fault) : _inner.FlushAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin)
    {
        if (origin is SeekOrigin.Begin) ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return _inner.Seek(offset, origin);
    }

    /// <inheritdoc/>
    public override void SetLength(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        _inner.SetLength(value);
    }

    /// <summary>Disposes of the stream inside, then fails if that is planned.</summary>
    /// <returns>A task that completes when that is done.</returns>
    public override async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await _inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
        if (_faults.Disposing is { } fault) throw fault;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _inner.Dispose();
            if (_faults.Disposing is { } fault) throw fault;
        }

        base.Dispose(disposing);
    }

    private bool IsAtEnd => _read >= _faults.End;

    private int RoomToRead(int wanted) =>
        (int)Math.Min(_faults.Reads.Room(wanted, _read), Math.Max(0, (_faults.End ?? long.MaxValue) - _read));

    private int Took(Span<byte> bytes)
    {
        for (var i = 0; i < bytes.Length && !_faults.Corrupt.IsEmpty; i++)
            bytes[i] ^= _faults.Corrupt.GetValueOrDefault(_read + i);
        _read += bytes.Length;
        return bytes.Length;
    }

    private Task MeetAsync(TransferFaults faults, long offset, CancellationToken cancellationToken) =>
        faults.StallsAt(offset)
            ? VirtualWait.DelayAsync(Timeout.InfiniteTimeSpan, _timeProvider, cancellationToken)
            : Task.FromException(faults.OffsetFault!);

    private static void Meet(TransferFaults faults, long offset) => throw (faults.StallsAt(offset)
        ? new NotSupportedException("The stream stalls here, and a blocking call cannot be cancelled.")
        : faults.OffsetFault!);

    private static void ThrowIfPlanned(TransferFaults faults, int call)
    {
        if (faults.CallFaults.TryGetValue(call, out Exception? fault)) throw fault;
    }

    private static void ThrowIfDelayed(TransferFaults faults)
    {
        if (faults.Delay == TimeSpan.Zero) return;
        throw new NotSupportedException("The stream has delays, and a blocking call cannot wait.");
    }
}
