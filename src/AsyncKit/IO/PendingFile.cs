using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>A file under a temporary name beside its target, until it is published or abandoned.</summary>
[DebuggerDisplay("{Path,nq}, Published = {_isPublished}")]
internal sealed class PendingFile
{
    private readonly string _temporaryPath;
    private bool _isPublished;

    private PendingFile(string path, string temporaryPath, SafeFileHandle file)
    {
        Path = path;
        _temporaryPath = temporaryPath;
        File = file;
        Flush = new FileFlush(file, path);
    }

    /// <summary>The full path the file will have.</summary>
    public string Path { get; }

    /// <summary>The open file.</summary>
    public SafeFileHandle File { get; }

    /// <summary>Flushes the file.</summary>
    public FileFlush Flush { get; }

    /// <summary>Makes the temporary file.</summary>
    /// <param name="path">The full path of the target.</param>
    /// <param name="wanted">Whose it is.</param>
    public static PendingFile Create(string path, PendingFileMode wanted = PendingFileMode.OfTarget)
    {
        string folder = System.IO.Path.GetDirectoryName(path)!;
        string name = System.IO.Path.GetFileName(path);
        string beginning = name[..Math.Min(name.Length, 32)];
        string temporaryPath = System.IO.Path.Combine(folder, $".{beginning}.{System.IO.Path.GetRandomFileName()}.tmp");
        UnixFileMode? mode =
            wanted is PendingFileMode.OfTarget && !OperatingSystem.IsWindows() && System.IO.File.Exists(path)
                ? System.IO.File.GetUnixFileMode(path)
                : null;
        bool isPrivate = mode is not null || wanted is PendingFileMode.Private;
        var file = new PendingFile(path, temporaryPath, Open(temporaryPath, isPrivate));
        try
        {
            if (mode is not null && !OperatingSystem.IsWindows()) System.IO.File.SetUnixFileMode(file.File, mode.Value);
            return file;
        }
        catch
        {
            file.Abandon();
            throw;
        }
    }

    /// <summary>Takes over a file that somebody else has made.</summary>
    /// <param name="path">The full path of the target.</param>
    /// <param name="temporaryPath">The full path that it has.</param>
    /// <param name="file">The open file.</param>
    public static PendingFile Adopt(string path, string temporaryPath, SafeFileHandle file) =>
        new(path, temporaryPath, file);

    /// <summary>Gives it the Unix mode of its target, if there is one.</summary>
    public void TakeModeOfTarget()
    {
        if (!OperatingSystem.IsWindows() && System.IO.File.Exists(Path))
            System.IO.File.SetUnixFileMode(File, System.IO.File.GetUnixFileMode(Path));
    }

    /// <summary>Flushes the content to the disk and renames the file over its target. Blocks as long as that takes.
    /// </summary>
    /// <exception cref="IOException">It could not be done. The target is as it was, or the message says that it is not.
    /// </exception>
    public void Publish(FileDurability durability, bool overwrite = true)
    {
        Flush.ThrowIfFailed();
        if (durability is not FileDurability.None) Flush.Content();
        System.IO.File.Move(_temporaryPath, Path, overwrite);
        _isPublished = true;
        File.Dispose();
        if (durability is FileDurability.FileAndFolder) Flush.Name();
    }

    /// <summary>Closes and removes the temporary file, as far as that can be done; a published file stays.</summary>
    public void Abandon()
    {
        File.Dispose();
        if (_isPublished) return;
        try
        {
            System.IO.File.Delete(_temporaryPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder has gone or been locked meanwhile. Nobody can act on that here: a dispose must not throw.
        }
    }

    // A file that replaces another begins as its owner's alone: whoever opened it before it had the other's mode could
    // read on in what was meant for fewer.
    private static SafeFileHandle Open(string path, bool isPrivate)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = 0,
        };
        if (isPrivate && !OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options).SafeFileHandle;
    }
}
