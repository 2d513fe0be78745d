using Microsoft.Win32.SafeHandles;

namespace AsyncKit.Http;

/// <summary>Opens the part of a download, and keeps everybody else out, in this process and in others.</summary>
internal static class PartLock
{
    /// <exception cref="IOException">Another download has it.</exception>
    public static SafeFileHandle Take(PartPaths paths)
    {
        SafeFileHandle file = Open(paths);
        try
        {
            return OperatingSystem.IsWindows() || HasItsName(paths, file) ? file : throw IsTaken(paths, null);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // The lock ends with the process, whatever ends that. Windows lets nobody else in who would read or write, but lets
    // the file be renamed; on Unix the lock counts for those who ask for it in the same way.
    private static SafeFileHandle Open(PartPaths paths)
    {
        try
        {
            return File.OpenHandle(
                paths.Part,
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None,
                FileOptions.Asynchronous);
        }
        catch (IOException e) when (IsLocked(e))
        {
            throw IsTaken(paths, e);
        }
    }

    // Sharing and lock violations of Windows; what flock says on Linux and on macOS.
    private static bool IsLocked(IOException e) =>
        e.HResult is unchecked((int)0x80070020) or unchecked((int)0x80070021) or 11 or 35;

    // Unix opens first and locks then. In between another download may have ended, and what is locked is its finished
    // file, which must not be written to. A part that a third one has begun meanwhile is younger.
    private static bool HasItsName(PartPaths paths, SafeFileHandle file)
    {
        var named = new FileInfo(paths.Part);
        return named.Exists
            && named.Length == RandomAccess.GetLength(file)
            && named.CreationTimeUtc == File.GetCreationTimeUtc(file)
            && named.LastWriteTimeUtc == File.GetLastWriteTimeUtc(file);
    }

    private static IOException IsTaken(PartPaths paths, IOException? inner) => new(
        $"'{paths.Target}' is being downloaded already: another download has '{Path.GetFileName(paths.Part)}' open.",
        inner);
}
