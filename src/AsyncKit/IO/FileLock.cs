using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>A lock between processes, held by a file that is open to nobody else.</summary>
/// <remarks>
/// It is released when it is disposed, or when the process ends, however it ends. The file stays: to delete it would
/// take it from somebody who has just opened it. On Unix the lock is advisory (<c>flock</c>): it counts for those that
/// ask for it in this way, and on some network file systems for nobody.
/// </remarks>
[DebuggerDisplay("{Path,nq}")]
public sealed class FileLock : IDisposable
{
    private const int SharingViolation = unchecked((int)0x80070020);
    private const int LockViolation = unchecked((int)0x80070021);
    private const int TryAgainOnLinux = 11;
    private const int TryAgainOnMac = 35;

    private readonly SafeFileHandle _file;

    private FileLock(string path, SafeFileHandle file)
    {
        Path = path;
        _file = file;
    }

    /// <summary>The path of the file.</summary>
    public string Path { get; }

    /// <summary>Releases the lock. Never throws; further calls do nothing.</summary>
    public void Dispose() => _file.Dispose();

    internal static FileLock? TryTake(string path)
    {
        try
        {
            return new FileLock(
                path, File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException e) when (
            e.HResult is SharingViolation or LockViolation or TryAgainOnLinux or TryAgainOnMac)
        {
            return null;
        }
    }
}
