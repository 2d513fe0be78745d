using System.Diagnostics;

namespace AsyncKit.IO;

/// <summary>A file or folder that is there until it is disposed.</summary>
[DebuggerDisplay("{Path,nq}")]
public sealed class TemporaryPath : IAsyncDisposable
{
    private readonly bool _isFolder;

    private TemporaryPath(string path, bool isFolder)
    {
        Path = path;
        _isFolder = isFolder;
    }

    /// <summary>Its full path.</summary>
    public string Path { get; }

    /// <summary>Deletes it, a folder with all that is in it. Never throws: what is held open by somebody on Windows is
    /// left behind. Further calls do nothing.</summary>
    /// <returns>A task that completes when it is gone.</returns>
    public async ValueTask DisposeAsync() => await Task.Run(Delete).ConfigureAwait(false);

    internal static TemporaryPath CreateFile(string? folder)
    {
        folder ??= System.IO.Path.GetTempPath();
        string path = System.IO.Path.Combine(folder, System.IO.Path.GetRandomFileName());
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        new FileStream(path, options).Dispose();
        return new TemporaryPath(path, isFolder: false);
    }

    internal static TemporaryPath CreateFolder(string? folder)
    {
        if (folder is null) return new TemporaryPath(Directory.CreateTempSubdirectory().FullName, isFolder: true);
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"There is no folder '{folder}'.");
        string path = System.IO.Path.Combine(folder, System.IO.Path.GetRandomFileName());
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new TemporaryPath(path, isFolder: true);
    }

    private void Delete()
    {
        try
        {
            if (!_isFolder) File.Delete(Path);
            else if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nobody can act on that here: a dispose must not throw.
        }
    }
}
