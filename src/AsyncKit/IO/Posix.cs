using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>What Unix does for open files and .NET has no call for. Whoever asks has a portable way besides.</summary>
internal static unsafe class Posix
{
    public const string Library = "libc";
    public const int TryAgain = 11;
    public const int Interrupted = 4;

    private const short Input = 0x1;
    private const int KeepSize = 0x1;
    private const int ReadOnly = 0x0;
    private const int WriteOnly = 0x1;
    private const int NonBlocking = 0x800;
    private const int InvalidArgument = 22;
    private const int ReadOnlyFileSystem = 30;
    private const int NotSupported = 95;

    private static readonly int _append = OperatingSystem.IsLinux() ? 0x400 : 0x8;
    private static readonly int _closeOnExec = OperatingSystem.IsLinux() ? 0x80000
        : OperatingSystem.IsMacOS() ? 0x1000000
        : 0x100000;

    /// <summary>Whether the offsets of a file are as long as they are given here.</summary>
    public static bool IsLinux64 => OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>Waits until a pipe, a terminal or a socket has something to read, or has ended.</summary>
    /// <returns>Whether it has.</returns>
    public static bool WaitForInput(SafeFileHandle file, int milliseconds)
    {
        var added = false;
        try
        {
            file.DangerousAddRef(ref added);
            var wanted = new Polled { File = (int)file.DangerousGetHandle(), Events = Input };
            return poll(&wanted, 1, milliseconds) > 0;
        }
        finally
        {
            if (added) file.DangerousRelease();
        }
    }

    /// <summary>Takes room on the disk beyond the end of the file, which stays where it is.</summary>
    /// <returns>Whether there was a way to do it. The disk may be full, or its file system may not know how.</returns>
    public static bool TryReserve(SafeFileHandle file, long offset, long length)
    {
        if (!IsLinux64) return false;
        try
        {
            return fallocate(file, KeepSize, offset, length) is 0;
        }
        catch (EntryPointNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Flushes to the disk what a file holds, and of what is known about it as much as is needed to read that:
    /// its length, but not its times.</summary>
    /// <exception cref="IOException">It may be lost. To try again would prove nothing.</exception>
    public static void FlushData(SafeFileHandle file, string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(file);
            return;
        }

        while (fdatasync(file) is not 0)
        {
            int error = Marshal.GetLastPInvokeError();

            // As .NET has it: a device or a pipe that cannot be flushed has nothing to flush.
            if (error is InvalidArgument or ReadOnlyFileSystem or NotSupported) return;
            if (error is not Interrupted)
                throw new IOException($"{Marshal.GetPInvokeErrorMessage(error)} : '{path}'");
        }
    }

    /// <summary>Flushes the names in a folder to the disk. Windows has no such call, and keeps a journal of names.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be opened or flushed.</exception>
    public static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        using SafeFileHandle folder = Open(path, ReadOnly);
        RandomAccess.FlushToDisk(folder);
    }

    /// <summary>Writes to a file that was opened to append, in one go.</summary>
    /// <exception cref="IOException">Not all of it could be written. What was is torn.</exception>
    public static void Append(SafeFileHandle file, ReadOnlySpan<byte> bytes, string path)
    {
        nint written;
        int error;
        fixed (byte* start = bytes)
        {
            do
            {
                written = write(file, start, (nuint)bytes.Length);
                error = Marshal.GetLastPInvokeError();
            }
            while (written < 0 && error is Interrupted);
        }

        // The rest is not written after it: others may have come between.
        if (written == bytes.Length) return;
        string reason = written < 0
            ? Marshal.GetPInvokeErrorMessage(error)
            : $"Only {written} of {bytes.Length} bytes could be written";
        throw new IOException($"{reason} : '{path}'");
    }

    /// <summary>Opens a file that exists so that each write goes to its end, wherever others have moved that.</summary>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    /// <exception cref="PlatformNotSupportedException">Windows: it has no such mode.</exception>
    public static SafeFileHandle OpenForAppend(string path) => OperatingSystem.IsWindows()
        ? throw new PlatformNotSupportedException("Windows cannot append to the end that other processes move.")
        : Open(path, WriteOnly | _append);

    /// <summary>Opens a pipe of Linux for reading, also when nobody has opened its other end.</summary>
    /// <exception cref="IOException">The pipe cannot be opened.</exception>
    public static SafeFileHandle OpenPipe(string path) => Open(path, ReadOnly | NonBlocking);

    private static SafeFileHandle Open(string path, int flags)
    {
        fixed (byte* start = Encoding.UTF8.GetBytes(path + '\0'))
        {
            int descriptor = open(start, flags | _closeOnExec);
            if (descriptor >= 0) return new SafeFileHandle(descriptor, ownsHandle: true);
        }

        throw new IOException($"{Marshal.GetLastPInvokeErrorMessage()} : '{path}'");
    }

    [DllImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fallocate(SafeFileHandle file, int mode, long offset, long length);

    [DllImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open(byte* path, int flags);

    [DllImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int poll(Polled* files, nuint count, int milliseconds);

    [DllImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fdatasync(SafeFileHandle file);

    [DllImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint write(SafeFileHandle file, byte* start, nuint length);

    [StructLayout(LayoutKind.Sequential)]
    private struct Polled
    {
        public int File;
        public short Events;
        public short Returned;
    }
}
