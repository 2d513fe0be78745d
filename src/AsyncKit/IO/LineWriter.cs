using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>Writes UTF-8 lines to a file: to a new one, to the end of one, or to one that appears whole when it is
/// complete.</summary>
/// <remarks>
/// <para>A line goes into a buffer, most often at once; buffers that are full are written by a thread of the pool. At
/// most four are on the way: then <see cref="WriteLineAsync(string, CancellationToken)"/> waits for the disk.</para>
/// <para><b>Whole or not at all.</b> With <see cref="CreateAtomic"/> the lines go to a temporary file in the same
/// folder. <see cref="CompleteAsync"/> flushes it to the disk and renames it over the target in one step, so a reader
/// of the target sees the old content or the new, never a part. Disposed without that, the target is as it was and the
/// temporary file is gone; only a process that is killed leaves it behind. A replaced file's Unix mode is kept; a
/// symbolic link, a pipe or a device of that name is replaced by the file, not followed.</para>
/// <para><b>Cancellation and errors.</b> A write that throws has taken nothing of its line. Lines taken before are
/// kept, and a later call writes them again to the same place, so an error that passes, such as a full disk, loses
/// nothing; it is told to the first call after it. When a flush to the disk fails, the content may be lost, and each
/// later flush and completion fails too.</para>
/// <para>For one producer: a call while another is running throws <see cref="InvalidOperationException"/>.</para>
/// </remarks>
[DebuggerDisplay("{_path,nq}, Buffered = {_output.Filled} bytes, Completed = {_isCompleted}")]
public sealed class LineWriter : IAsyncDisposable
{
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly PendingFile? _pending;
    private readonly FileFlush _flush;
    private readonly LineOutput _output;
    private readonly byte[] _newLine;
    private readonly FileDurability _durability;
    private int _inUse;
    private bool _isCompleted;
    private bool _isDisposed;

    private LineWriter(string path, SafeFileHandle file, PendingFile? pending, long position, LineWriterOptions options)
    {
        _path = path;
        _file = file;
        _pending = pending;
        _flush = pending?.Flush ?? new FileFlush(file, path);
        _output = new LineOutput(file, position, options.BufferSize);
        _newLine = options.NewLine is "\n" ? [(byte)'\n'] : [(byte)'\r', (byte)'\n'];
        _durability = options.Durability;
    }

    /// <summary>Starts a file, which is empty at first, also when there was one of that name.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="options">How to write.</param>
    /// <returns>A writer for one producer.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or names a folder; or an option is out of
    /// its range.</exception>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not permitted.</exception>
    public static LineWriter Create(string path, LineWriterOptions? options = null)
    {
        (path, options) = Checked(path, options);
        SafeFileHandle file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        return new LineWriter(path, file, null, 0, options);
    }

    /// <summary>Goes on at the end of a file, which is made when there is none.</summary>
    /// <remarks>
    /// A last line without a break gets one, so that it does not become one with the next. For several processes at one
    /// file there is an append log: here two writers overwrite each other.
    /// </remarks>
    /// <inheritdoc cref="Create"/>
    public static LineWriter Append(string path, LineWriterOptions? options = null)
    {
        (path, options) = Checked(path, options);
        SafeFileHandle file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            var writer = new LineWriter(path, file, null, RandomAccess.GetLength(file), options);
            if (FileTail.IsTorn(file)) writer.EndLine(0);
            return writer;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Starts a file that appears, or replaces the one of its name, when the writer is completed.</summary>
    /// <inheritdoc cref="Create"/>
    public static LineWriter CreateAtomic(string path, LineWriterOptions? options = null)
    {
        (path, options) = Checked(path, options, isReplaced: true);
        PendingFile pending = PendingFile.Create(path);
        return new LineWriter(path, pending.File, pending, 0, options);
    }

    /// <summary>Adds a line; its break is added for it.</summary>
    /// <param name="line">The line, without a line break.</param>
    /// <param name="cancellationToken">Ends the wait for the disk, before the line is taken.</param>
    /// <returns>A task that completes when the line is taken; most often at once, into the buffer.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="line"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">
    /// The line contains <c>\r</c> or <c>\n</c>, which would make two lines of it, or half of a surrogate pair.
    /// </exception>
    /// <exception cref="InvalidOperationException">Another call is running, or the file is complete.</exception>
    /// <exception cref="ObjectDisposedException">The writer was disposed.</exception>
    /// <exception cref="IOException">Lines before this one could not be written.</exception>
    public ValueTask WriteLineAsync(string line, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(line);
        return WriteLineAsync(line.AsSpan(), cancellationToken);
    }

    /// <inheritdoc cref="WriteLineAsync(string, CancellationToken)"/>
    public ValueTask WriteLineAsync(ReadOnlySpan<char> line, CancellationToken cancellationToken = default)
    {
        Enter();
        var goesOn = false;
        try
        {
            // As much as it may take, so that it need not be counted.
            long most = (long)line.Length * StrictUtf8.MostBytesPerChar + _newLine.Length;
            if (!cancellationToken.IsCancellationRequested && TryMakeRoom(most))
            {
                Append(line);
                return default;
            }

            var copy = new byte[most];
            int length = Encode(line, copy);
            goesOn = true;
            return WriteCoreAsync(copy, length, cancellationToken);
        }
        finally
        {
            if (!goesOn) Leave();
        }
    }

    /// <summary>Adds a line that is UTF-8 already; its break is added for it.</summary>
    /// <param name="utf8Line">The bytes of the line, without a line break. That they are UTF-8 is not checked.</param>
    /// <param name="cancellationToken">Ends the wait for the disk, before the line is taken.</param>
    /// <returns>A task that completes when the line is taken; most often at once, into the buffer.</returns>
    /// <exception cref="ArgumentException">The line contains <c>\r</c> or <c>\n</c>.</exception>
    /// <exception cref="InvalidOperationException">Another call is running, or the file is complete.</exception>
    /// <exception cref="ObjectDisposedException">The writer was disposed.</exception>
    /// <exception cref="IOException">Lines before this one could not be written.</exception>
    public ValueTask WriteLineAsync(ReadOnlySpan<byte> utf8Line, CancellationToken cancellationToken = default)
    {
        OneLine.ThrowIfSplit(utf8Line, nameof(utf8Line));
        Enter();
        var goesOn = false;
        try
        {
            if (!cancellationToken.IsCancellationRequested && TryMakeRoom((long)utf8Line.Length + _newLine.Length))
            {
                utf8Line.CopyTo(_output.Buffer.AsSpan(_output.Filled));
                EndLine(utf8Line.Length);
                return default;
            }

            goesOn = true;
            return WriteCoreAsync(utf8Line.ToArray(), utf8Line.Length, cancellationToken);
        }
        finally
        {
            if (!goesOn) Leave();
        }
    }

    /// <summary>Adds a line that is formatted as UTF-8 straight away: no string is made of it, nor of what is in its
    /// holes.</summary>
    /// <param name="line">The interpolated string; it is formatted by the invariant culture.</param>
    /// <param name="cancellationToken">Ends the wait for the disk, before the line is taken.</param>
    /// <returns>A task that completes when the line is taken; most often at once, into the buffer.</returns>
    /// <exception cref="ArgumentException">The line contains <c>\r</c> or <c>\n</c>.</exception>
    /// <exception cref="InvalidOperationException">Another call is running, or the file is complete.</exception>
    /// <exception cref="ObjectDisposedException">The writer was disposed.</exception>
    /// <exception cref="IOException">Lines before this one could not be written.</exception>
    public ValueTask WriteLineAsync(
        ref LineInterpolatedStringHandler line, CancellationToken cancellationToken = default)
    {
        try
        {
            OneLine.ThrowIfSplit(line.Bytes, nameof(line));
            return WriteLineAsync(line.Bytes, cancellationToken);
        }
        finally
        {
            line.Return();
        }
    }

    /// <summary>Waits until what was taken has come as far as is asked for.</summary>
    /// <param name="level">How far; by default to the operating system.</param>
    /// <param name="cancellationToken">Ends the wait; what was taken stays taken.</param>
    /// <returns>A task that completes when it has.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="level"/> is none.</exception>
    /// <exception cref="InvalidOperationException">Another call is running, or the file is complete.</exception>
    /// <exception cref="ObjectDisposedException">The writer was disposed.</exception>
    /// <exception cref="IOException">It could not be written or flushed.</exception>
    public ValueTask FlushAsync(CommitLevel level = CommitLevel.Os, CancellationToken cancellationToken = default)
    {
        if (level is not (CommitLevel.Buffered or CommitLevel.Os or CommitLevel.Disk))
            throw new ArgumentOutOfRangeException(nameof(level), level, "A level must be Buffered, Os or Disk.");
        Enter();
        return FlushCoreAsync(level, cancellationToken);
    }

    /// <summary>Writes everything, flushes it as the options say, closes the file and, when it is to appear whole,
    /// gives it its name.</summary>
    /// <param name="cancellationToken">
    /// Ends the wait for the disk; the call can be repeated then. Once the last flush has begun, the token is not
    /// looked at any more.
    /// </param>
    /// <returns>A task that completes when the file is complete.</returns>
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

    /// <summary>Closes the file. Never throws; further calls do nothing.</summary>
    /// <remarks>What is not complete is written as far as that can be done, and nobody hears when it cannot: that is
    /// what <see cref="CompleteAsync"/> is for. The temporary file of one that was to appear whole is
    /// removed.</remarks>
    /// <returns>A task that completes when it is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        if (_isCompleted) return;
        bool isDrained = _pending is null && Volatile.Read(ref _inUse) is 0;
        if (isDrained) await TryAsync(() => _output.DrainAsync(CancellationToken.None)).ConfigureAwait(false);
        await _output.StopAsync().ConfigureAwait(false);
        await TryAsync(() => new ValueTask(Task.Run(Close))).ConfigureAwait(false);
    }

    private void Close()
    {
        try
        {
            if (_pending is null) _output.Trim();
            else _pending.Abandon();
        }
        finally
        {
            _file.Dispose();
        }
    }

    // A dispose does not throw. Who must know completes.
    private static async ValueTask TryAsync(Func<ValueTask> closing)
    {
        try
        {
            await closing().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Nobody can act on it here.
        }
    }

    private static (string Path, LineWriterOptions Options) Checked(
        string path, LineWriterOptions? options, bool isReplaced = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= LineWriterOptions.Default;
        options.ThrowIfInvalid(nameof(options));
        if (Path.EndsInDirectorySeparator(path) || Directory.Exists(path))
            throw new ArgumentException($"A file's path was expected, but '{path}' names a folder.", nameof(path));

        // Each buffer is written to its place, which a pipe has not.
        if (!isReplaced && FileStatus.KindOf(path) is FileKind.Pipe)
            throw new IOException($"'{path}' is a pipe, and not a file of lines.");
        return (Path.GetFullPath(path), options);
    }

    private void Enter()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (Interlocked.Exchange(ref _inUse, 1) is 1)
        {
            throw new InvalidOperationException(
                "A LineWriter is for one producer: another call on it is still running.");
        }

        if (!_isCompleted) return;
        Leave();
        throw new InvalidOperationException($"The file '{_path}' is complete; no more lines can be added.");
    }

    private void Leave() => Volatile.Write(ref _inUse, 0);

    // Most lines: no wait, no state machine, no counting.
    private bool TryMakeRoom(long bytes)
    {
        if (bytes <= _output.Buffer.Length - _output.Filled) return true;
        return bytes <= _output.BufferSize && _output.TryRotate((int)bytes);
    }

    // Takes the line whole or, when it is refused, not at all.
    private void Append(ReadOnlySpan<char> line)
    {
        int length = Encode(line, _output.Buffer.AsSpan(_output.Filled));
        EndLine(length);
    }

    private static int Encode(ReadOnlySpan<char> line, Span<byte> bytes)
    {
        int length = StrictUtf8.Encode(line, bytes, nameof(line));

        // Of the bytes, for there are half as many to look at, and what is refused is not yet taken.
        if (bytes[..length].IndexOfAny((byte)'\r', (byte)'\n') >= 0) OneLine.ThrowIfSplit(line, nameof(line));
        return length;
    }

    private void EndLine(int length)
    {
        int end = _output.Filled + length;
        byte[] buffer = _output.Buffer;
        foreach (byte value in _newLine) buffer[end++] = value;
        _output.Filled = end;
    }

    private async ValueTask WriteCoreAsync(byte[] line, int length, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            int needed = length + _newLine.Length;
            while (needed > _output.Buffer.Length - _output.Filled)
            {
                if (_output.TryRotate(needed)) continue;
                _output.ThrowIfFaulted();
                await _output.WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            line.AsSpan(0, length).CopyTo(_output.Buffer.AsSpan(_output.Filled));
            EndLine(length);
        }
        finally
        {
            Leave();
        }
    }

    private async ValueTask FlushCoreAsync(CommitLevel level, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (level is CommitLevel.Buffered) return;
            _flush.ThrowIfFailed();
            await _output.DrainAsync(cancellationToken).ConfigureAwait(false);
            if (level is CommitLevel.Disk) await Task.Run(_flush.Content, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            Leave();
        }
    }

    private async ValueTask CompleteCoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            await _output.DrainAsync(cancellationToken).ConfigureAwait(false);

            // Flushing and renaming block, for as long as the disk takes: not on the caller's thread.
            await Task.Run(Finish, CancellationToken.None).ConfigureAwait(false);
            _isCompleted = true;
        }
        finally
        {
            Leave();
        }
    }

    private void Finish()
    {
        _flush.ThrowIfFailed();
        if (!_file.IsClosed) _output.Trim();
        if (_pending is not null)
        {
            _pending.Publish(_durability);
            return;
        }

        if (_durability is not FileDurability.None) _flush.Content();
        if (_durability is FileDurability.FileAndFolder) _flush.Name();
        _file.Dispose();
    }
}
