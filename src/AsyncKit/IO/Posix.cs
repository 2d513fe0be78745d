using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>What Unix does for files and .NET has no call for. Whoever asks has a portable way besides.</summary>
internal static unsafe class Posix
{
    public const int WouldWait = -1;
    public const int Never = -2;

    private const string Library = "libc";
    private const int TryAgain = 11;
    private const int Interrupted = 4;
    private const int CurrentFolder = -100;
    private const uint TypeAndMode = 0x3;
    private const uint Node = 0x100;
    private const int EmptyPath = 0x1000;
    private const int ModeOffset = 28;
    private const int NodeOffset = 32;
    private const int DeviceOffset = 136;
    private const short Input = 0x1;
    private const int NoWait = 0x8;
    private const int KeepSize = 0x1;
    private const int ReadOnly = 0x0;
    private const int WriteOnly = 0x1;
    private const int NonBlocking = 0x800;
    private const int AccessDenied = 13;
    private const int InvalidArgument = 22;
    private const int ReadOnlyFileSystem = 30;
    private const int NotSupported = 95;
    private const int SetHandleLock = 37;
    private const short ReadLock = 0;
    private const short WriteLock = 1;
    private const short NoLock = 2;

    private static readonly int _append = OperatingSystem.IsLinux() ? 0x400 : 0x8;
    private static readonly int _closeOnExec = OperatingSystem.IsLinux() ? 0x80000
        : OperatingSystem.IsMacOS() ? 0x1000000
        : 0x100000;

    // The offsets of a file are as long as the C library of a 64-bit process has them.
    private static bool IsLinux64 => OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>Reads what is in memory, and does not wait for the disk.</summary>
    /// <returns>How many bytes; <see cref="WouldWait"/>, or <see cref="Never"/> when this file cannot be read in this
    /// way. Zero does not always mean the end.</returns>
    public static int ReadCached(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        if (!IsLinux64) return Never;
        fixed (byte* start = buffer)
        {
            var vector = new IoVector { Start = start, Length = (nuint)buffer.Length };
            try
            {
                nint read = preadv2(file, &vector, 1, offset, NoWait);
                return read >= 0 ? (int)read
                    : Marshal.GetLastPInvokeError() is TryAgain or Interrupted ? WouldWait
                    : Never;
            }
            catch (EntryPointNotFoundException)
            {
                // An old C library.
                return Never;
            }
        }
    }

    /// <summary>What kind of file a name has: only a regular one never waits for somebody else.</summary>
    /// <returns><see cref="FileKind.Unknown"/> also when there is no way to know.</returns>
    public static FileKind KindOf(string path)
    {
        if (!IsLinux64) return FileKind.Unknown;
        byte* status = stackalloc byte[256];
        fixed (byte* start = Encoding.UTF8.GetBytes(path + '\0'))
        {
            try
            {
                if (statx(CurrentFolder, start, 0, TypeAndMode, status) is not 0) return FileKind.Unknown;
                return (*(ushort*)(status + ModeOffset) & 0xF000) switch
                {
                    0x8000 => FileKind.Regular,
                    0x1000 => FileKind.Pipe,
                    _ => FileKind.Unknown,
                };
            }
            catch (EntryPointNotFoundException)
            {
                return FileKind.Unknown;
            }
        }
    }

    /// <summary>Which file a name has.</summary>
    /// <returns>Nothing when it has none, or when there is no way to know.</returns>
    public static FileIdentity? IdentityOf(string path)
    {
        if (!IsLinux64) return null;
        fixed (byte* start = Encoding.UTF8.GetBytes(path + '\0')) return IdentityOf(CurrentFolder, start, 0);
    }

    /// <summary>Which file a handle has.</summary>
    /// <returns>Nothing when there is no way to know.</returns>
    public static FileIdentity? IdentityOf(SafeFileHandle file)
    {
        if (!IsLinux64) return null;
        var added = false;
        try
        {
            file.DangerousAddRef(ref added);
            byte empty = 0;
            return IdentityOf((int)file.DangerousGetHandle(), &empty, EmptyPath);
        }
        finally
        {
            if (added) file.DangerousRelease();
        }
    }

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

    /// <summary>Locks a file until <see cref="Unlock"/>: for it alone, or with others that share it. Only those who ask
    /// for such a lock are kept out.</summary>
    /// <returns>False: another handle has it. True also where there is no way to know.</returns>
    public static bool TryLock(SafeFileHandle file, bool isShared)
    {
        if (!IsLinux64) return true;
        var whole = new FileLock { Type = isShared ? ReadLock : WriteLock };
        return fcntl(file, SetHandleLock, &whole) is 0
            || Marshal.GetLastPInvokeError() is not (TryAgain or AccessDenied);
    }

    /// <summary>Gives a lock back. Closing the handle alone leaves it to a process that is just being started, for as
    /// long as that has a copy of the handle.</summary>
    public static void Unlock(SafeFileHandle file)
    {
        if (!IsLinux64) return;
        var whole = new FileLock { Type = NoLock };
        _ = fcntl(file, SetHandleLock, &whole);
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

    /// <summary>Flushes the names in a folder to the disk. Windows has no such call, and keeps a journal of names.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be opened or flushed.</exception>
    public static void FlushFolder(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        using SafeFileHandle folder = Open(path, ReadOnly);
        RandomAccess.FlushToDisk(folder);
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

    private static FileIdentity? IdentityOf(int folder, byte* path, int flags)
    {
        byte* status = stackalloc byte[256];
        try
        {
            if (statx(folder, path, flags, Node, status) is not 0) return null;
            ulong device = ((ulong)*(uint*)(status + DeviceOffset) << 32) | *(uint*)(status + DeviceOffset + 4);
            return new FileIdentity(device, *(ulong*)(status + NodeOffset));
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
    }

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
    private static extern nint preadv2(SafeFileHandle file, IoVector* vectors, int count, long offset, int flags);

    [DllImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fallocate(SafeFileHandle file, int mode, long offset, long length);

    [DllImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open(byte* path, int flags);

    [DllImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int statx(int folder, byte* path, int flags, uint mask, byte* status);

    [DllImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int poll(Polled* files, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct Polled
    {
        public int File;
        public short Events;
        public short Returned;
    }

    [DllImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fdatasync(SafeFileHandle file);

    [DllImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint write(SafeFileHandle file, byte* start, nuint length);

    [DllImport(Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fcntl(SafeFileHandle file, int command, FileLock* fileLock);

    // From the start of the file to its end, wherever that is.
    [StructLayout(LayoutKind.Sequential)]
    private struct FileLock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct IoVector
    {
        public byte* Start;
        public nuint Length;
    }
}
