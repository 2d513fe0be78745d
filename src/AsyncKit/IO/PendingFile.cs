using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>A file under a temporary name beside its target, until it is published or abandoned.</summary>
internal sealed class PendingFile
{
    private readonly SafeFileHandle _handle;
    private readonly string _temporaryPath;
    private long _length;
    private bool _published;
    private Exception? _flushFault;

    private PendingFile(string path, string temporaryPath, SafeFileHandle handle)
    {
        Path = path;
        _temporaryPath = temporaryPath;
        _handle = handle;
    }

    /// <summary>The full path the file will have.</summary>
    public string Path { get; }

    public static PendingFile Create(string path)
    {
        string folder = System.IO.Path.GetDirectoryName(path)!;
        string temporaryPath = System.IO.Path.Combine(
            folder, $".{System.IO.Path.GetFileName(path)}.{System.IO.Path.GetRandomFileName()}.tmp");
        SafeFileHandle handle = File.OpenHandle(
            temporaryPath,
            FileMode.CreateNew,
            FileAccess.Write,
            FileShare.Read | FileShare.Delete,
            FileOptions.Asynchronous);
        var file = new PendingFile(path, temporaryPath, handle);
        try
        {
            // Before the first byte is written,
            // so that a private file is at no moment readable by more than its owner meant.
            if (!OperatingSystem.IsWindows() && File.Exists(path))
                File.SetUnixFileMode(handle, File.GetUnixFileMode(path));
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
        await RandomAccess.WriteAsync(_handle, bytes, _length, cancellationToken).ConfigureAwait(false);
        _length += bytes.Length;
    }

    /// <summary>Flushes the content to the disk and renames the file over its target.</summary>
    public async ValueTask PublishAsync(CancellationToken cancellationToken) =>
        // Flushing and renaming block, for as long as the disk takes: not on the caller's thread.
        await Task.Run(Publish, cancellationToken).ConfigureAwait(false);

    /// <summary>Closes and removes the temporary file, as far as that can be done; a published file stays.</summary>
    public void Abandon()
    {
        _handle.Dispose();
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

    private void Publish()
    {
        // After a flush that failed, the system may have dropped what it could not write, and call the next one good.
        if (_flushFault is not null)
            throw new IOException($"'{Path}' cannot be completed: its content may be lost.", _flushFault);
        try
        {
            RandomAccess.FlushToDisk(_handle);
        }
        catch (Exception e)
        {
            _flushFault = e;
            throw;
        }

        File.Move(_temporaryPath, Path, overwrite: true);
        _published = true;
        _handle.Dispose();
    }
}
