namespace AsyncKit.IO;

/// <summary>A file under a temporary name beside its target, until it is published or abandoned.</summary>
internal sealed class PendingFile
{
    private readonly FileStream _file;
    private readonly string _temporaryPath;
    private long _length;
    private bool _published;
    private Exception? _flushFault;

    private PendingFile(string path, string temporaryPath, FileStream file)
    {
        Path = path;
        _temporaryPath = temporaryPath;
        _file = file;
    }

    /// <summary>The full path the file will have.</summary>
    public string Path { get; }

    public static PendingFile Create(string path)
    {
        string folder = System.IO.Path.GetDirectoryName(path)!;
        string name = System.IO.Path.GetFileName(path);
        string beginning = name[..Math.Min(name.Length, 32)];
        string temporaryPath = System.IO.Path.Combine(folder, $".{beginning}.{System.IO.Path.GetRandomFileName()}.tmp");
        UnixFileMode? mode = !OperatingSystem.IsWindows() && File.Exists(path) ? File.GetUnixFileMode(path) : null;
        var file = new PendingFile(path, temporaryPath, Open(temporaryPath, isPrivate: mode is not null));
        try
        {
            if (mode is not null && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(file._file.SafeFileHandle, mode.Value);
            return file;
        }
        catch
        {
            file.Abandon();
            throw;
        }
    }

    /// <summary>
    /// Writes at the end. One that throws has not moved the end, so repeating it overwrites what it had begun.
    /// </summary>
    public async ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await RandomAccess.WriteAsync(_file.SafeFileHandle, bytes, _length, cancellationToken).ConfigureAwait(false);
        _length += bytes.Length;
    }

    /// <summary>Flushes the content to the disk and renames the file over its target.</summary>
    public async ValueTask PublishAsync(CancellationToken cancellationToken) =>
        // Flushing and renaming block, for as long as the disk takes: not on the caller's thread.
        await Task.Run(Publish, cancellationToken).ConfigureAwait(false);

    /// <summary>Closes and removes the temporary file, as far as that can be done; a published file stays.</summary>
    public void Abandon()
    {
        _file.Dispose();
        if (_published) return;
        try
        {
            File.Delete(_temporaryPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder has gone or been locked meanwhile. Nobody can act on that here: a dispose must not throw.
        }
    }

    // A file that replaces another begins as its owner's alone: whoever opened it before it had the other's mode could
    // read on in what was meant for fewer.
    private static FileStream Open(string path, bool isPrivate)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.Read | FileShare.Delete,
            Options = FileOptions.Asynchronous,
            BufferSize = 0,
        };
        if (isPrivate && !OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    private void Publish()
    {
        // After a flush that failed, the system may have dropped what it could not write, and call the next one good.
        if (_flushFault is not null)
            throw new IOException($"'{Path}' cannot be completed: its content may be lost.", _flushFault);
        try
        {
            RandomAccess.FlushToDisk(_file.SafeFileHandle);
        }
        catch (Exception e)
        {
            _flushFault = e;
            throw;
        }

        File.Move(_temporaryPath, Path, overwrite: true);
        _published = true;
        _file.Dispose();
    }
}
