using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>The file that a log appends to, for one thread at a time.</summary>
internal sealed class LogFile : IDisposable
{
    private readonly string _path;
    private readonly SafeFileHandle _handle;

    // For files whose end others move, and for pipes, which have no places to write to.
    private readonly SafeFileHandle? _appender;
    private long _reserve;
    private long _reserved;
    private bool _isNameFlushed;

    private LogFile(string path, AppendLogOptions options, SafeFileHandle handle)
    {
        _path = path;
        _handle = handle;
        if (options.SharedAppend) _appender = Posix.OpenForAppend(path);
        else if (!FileTail.TryGetLength(handle, out _)) _appender = handle;
        else _reserve = options.ReserveBytes;
    }

    /// <summary>Where the next line goes; in a pipe, or where others append too, how much was written here.</summary>
    public long Length { get; private set; }

    /// <summary>Opens a file, or makes it, and mends its last line.</summary>
    public static LogFile Open(string path, AppendLogOptions options)
    {
        FileShare share = options.SharedAppend ? FileShare.ReadWrite : FileShare.Read;
        SafeFileHandle handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, share);
        LogFile? file = null;
        try
        {
            // What FileShare asks for on Unix does not keep two writers apart, or else keeps out readers too.
            if (!WriterLock.TryTake(handle, options.SharedAppend))
                throw new IOException($"Another log has the file open, and not all of them share it : '{path}'");
            file = new LogFile(path, options, handle);
            file.Mend(options);
            return file;
        }
        catch
        {
            if (file is not null) file.Dispose();
            else handle.Dispose();
            throw;
        }
    }

    /// <summary>Writes at the end. When it throws, it has cut off what it had begun, as far as that can be done.
    /// </summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        if (_appender is null) WriteAtEnd(bytes);
        else Posix.Append(_appender, bytes, _path);
        Length += bytes.Length;
    }

    /// <summary>Flushes what was written to the disk, and at first the name of the file too.</summary>
    public void Flush()
    {
        Posix.FlushData(_handle, _path);
        if (_isNameFlushed) return;
        Posix.FlushFolder(Path.GetDirectoryName(_path)!);
        _isNameFlushed = true;
    }

    /// <summary>Gives back what was reserved and not used, and closes the file.</summary>
    public void Dispose()
    {
        if (_handle.IsClosed) return;
        if (_reserve > 0 || _reserved > Length) TryCut();
        WriterLock.GiveBack(_handle);
        _appender?.Dispose();
        _handle.Dispose();
    }

    private void Mend(AppendLogOptions options)
    {
        if (_appender is null) Length = _reserved = RandomAccess.GetLength(_handle);
        if (!FileTail.IsTorn(_handle)) return;
        if (_appender is not null || options.TornLine is TornLine.Terminate) Write("\n"u8);
        else CutTornLine(options.MaxLineBytes);
    }

    private void CutTornLine(int maxLineBytes)
    {
        long start = FileTail.StartOfLastLine(_handle);
        if (Length - start > maxLineBytes)
        {
            throw new IOException(
                $"This may be no log: {Length - start} bytes at its end are without a line break, "
                    + $"and a line has {maxLineBytes} at most : '{_path}'");
        }

        RandomAccess.SetLength(_handle, start);
        Length = start;
    }

    private void WriteAtEnd(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        try
        {
            RandomAccess.Write(_handle, bytes, Length);
        }
        catch
        {
            TryCut();
            throw;
        }
    }

    // Beyond the end, which stays where it is: neither a reader nor a crash ever shows what is only reserved.
    private void Reserve(int length)
    {
        if (_reserve is 0 || Length + length <= _reserved) return;
        long start = Math.Max(_reserved, Length);
        long end = Length + length + _reserve;
        if (Posix.TryReserve(_handle, start, end - start)) _reserved = end;
        else _reserve = 0;
    }

    private void TryCut()
    {
        try
        {
            RandomAccess.SetLength(_handle, Length);
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            // A device, a disk that has gone: there is nothing to cut. What is torn is mended when the log is opened.
        }
    }
}
