using System.Diagnostics;
using System.Text;

namespace AsyncKit.IO;

/// <summary>Writes UTF-8 lines to a file that appears whole, under its name, when it is complete.</summary>
/// <remarks>
/// <para>The lines go to a temporary file in the same folder. <see cref="CompleteAsync"/> writes what is
/// buffered, flushes it to the disk and renames the file over the target in one step, so a reader of the target sees
/// the old content or the new, never a part. Disposed without that, the target is as it was and the temporary file is
/// gone; only a process that is killed leaves it behind. A replaced file's Unix mode is kept; a symbolic link, a
/// pipe or a device of that name is replaced by the file, not followed.</para>
/// <para><b>Durability.</b> The content is on the disk before the name points to it. The rename itself is not flushed:
/// after a power failure the name may still show the old content, whole.</para>
/// <para><b>Cancellation and errors.</b> A write that throws has taken nothing of its line. Lines taken before are
/// kept, and a later call writes them again to the same place, so an error that passes, like a full disk, loses
/// nothing. When the flush to the disk fails, the file is lost, and completing it again fails too.</para>
/// <para>For one producer: a call while another is running throws <see cref="InvalidOperationException"/>.</para>
/// </remarks>
[DebuggerDisplay("{_file.Path,nq}, Buffered = {_buffered} bytes, Completed = {_completed}")]
public sealed class LineWriter : IAsyncDisposable
{
    private const int BufferSize = 64 * 1024;

    // Strict: text that is not valid UTF-16 is refused instead of being replaced unnoticed.
    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly PendingFile _file;
    private byte[] _buffer = new byte[BufferSize];
    private int _buffered;
    private int _inUse;
    private bool _completed;
    private bool _disposed;

    private LineWriter(PendingFile file) => _file = file;

    /// <summary>Starts a file that appears, or replaces the one of its name, when the writer is completed.</summary>
    /// <param name="path">The file to make; its folder must exist.</param>
    /// <returns>A writer for one producer.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or names a folder.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder of <paramref name="path"/> does not exist.</exception>
    /// <exception cref="IOException">The temporary file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder does not permit it.</exception>
    public static LineWriter CreateAtomic(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Path.EndsInDirectorySeparator(path) || Directory.Exists(path))
            throw new ArgumentException($"A file's path was expected, but '{path}' names a folder.", nameof(path));
        return new LineWriter(PendingFile.Create(Path.GetFullPath(path)));
    }

    /// <summary>Adds a line; the line break (<c>\n</c>) is added for it.</summary>
    /// <param name="line">The line, without a line break.</param>
    /// <param name="cancellationToken">Ends the wait for the disk, before the line is taken.</param>
    /// <returns>A task that completes when the line is taken; most often at once, into the buffer.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="line"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">
    /// The line contains <c>\r</c> or <c>\n</c>, which would make two lines of it, or half of a surrogate pair.
    /// </exception>
    /// <exception cref="InvalidOperationException">Another call is running, or the file is complete.</exception>
    /// <exception cref="ObjectDisposedException">The writer was disposed.</exception>
    /// <exception cref="IOException">The buffered lines before this one could not be written.</exception>
    public ValueTask WriteLineAsync(string line, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(line);
        int lineBreak = line.AsSpan().IndexOfAny('\r', '\n');
        if (lineBreak >= 0)
        {
            throw new ArgumentException(
                $"A line must not contain a line break, but there is one at index {lineBreak}.", nameof(line));
        }

        Enter();
        if (!cancellationToken.IsCancellationRequested && TryAppend(line)) return default;
        return WriteCoreAsync(line, CountBytes(line), cancellationToken);
    }

    /// <summary>Writes everything to the disk and gives the file its name.</summary>
    /// <param name="cancellationToken">
    /// Ends the wait for the disk; the target is then as it was, and the call can be repeated. Once the rename has
    /// begun, the token is not looked at any more.
    /// </param>
    /// <returns>A task that completes when the file has its name.</returns>
    /// <exception cref="InvalidOperationException">
    /// Another call is running, or the file is complete already.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The writer was disposed.</exception>
    /// <exception cref="IOException">The lines could not be written or the target not be replaced.</exception>
    public ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        Enter();
        return CompleteCoreAsync(cancellationToken);
    }

    /// <summary>
    /// Removes the temporary file, unless the file is complete. Never throws; further calls do nothing.
    /// </summary>
    /// <returns>A task that completes when the temporary file is gone.</returns>
    public ValueTask DisposeAsync()
    {
        _disposed = true;
        _file.Abandon();
        return default;
    }

    private void Enter()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Interlocked.Exchange(ref _inUse, 1) is 1)
        {
            throw new InvalidOperationException(
                "A LineWriter is for one producer: another call on it is still running.");
        }

        if (!_completed) return;
        Leave();
        throw new InvalidOperationException($"The file '{_file.Path}' is complete; no more lines can be added.");
    }

    private void Leave() => Volatile.Write(ref _inUse, 0);

    // Most lines: no wait, no state machine, no counting. When it returns false, the writer is still in use.
    private bool TryAppend(string line)
    {
        // At most three bytes a char, and a few more for what the encoder might carry over.
        if (3L * line.Length + 4 > _buffer.Length - _buffered) return false;
        try
        {
            Append(line);
        }
        finally
        {
            Leave();
        }

        return true;
    }

    // Refuses the line at the call, before the wait for the disk.
    private int CountBytes(string line)
    {
        try
        {
            return _utf8.GetByteCount(line);
        }
        catch (EncoderFallbackException e)
        {
            Leave();
            throw HalfPair(line, e);
        }
        catch
        {
            Leave();
            throw;
        }
    }

    private async ValueTask WriteCoreAsync(string line, int bytes, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            await FlushBufferAsync(cancellationToken).ConfigureAwait(false);
            if (bytes >= _buffer.Length) _buffer = new byte[bytes + 1];
            Append(line);
        }
        finally
        {
            Leave();
        }
    }

    // Takes the line whole or, when it cannot be encoded, not at all.
    private void Append(string line)
    {
        try
        {
            int end = _buffered + _utf8.GetBytes(line, _buffer.AsSpan(_buffered));
            _buffer[end] = (byte)'\n';
            _buffered = end + 1;
        }
        catch (EncoderFallbackException e)
        {
            throw HalfPair(line, e);
        }
    }

    private static ArgumentException HalfPair(string line, EncoderFallbackException e) => new(
        $"A line must be valid UTF-16, but there is half of a surrogate pair at index {e.Index}.", nameof(line), e);

    private async ValueTask CompleteCoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            await FlushBufferAsync(cancellationToken).ConfigureAwait(false);
            await _file.PublishAsync(cancellationToken).ConfigureAwait(false);
            _completed = true;
        }
        finally
        {
            Leave();
        }
    }

    private async ValueTask FlushBufferAsync(CancellationToken cancellationToken)
    {
        if (_buffered is 0) return;
        await _file.AppendAsync(_buffer.AsMemory(0, _buffered), cancellationToken).ConfigureAwait(false);
        _buffered = 0;
        if (_buffer.Length > BufferSize) _buffer = new byte[BufferSize];
    }
}
