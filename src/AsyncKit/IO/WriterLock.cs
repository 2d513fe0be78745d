using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>A lock of Linux that a handle has on a file, and no other one beside it.</summary>
internal static unsafe class WriterLock
{
    private const int AccessDenied = 13;
    private const int SetHandleLock = 37;
    private const short ReadLock = 0;
    private const short WriteLock = 1;
    private const short NoLock = 2;

    /// <summary>Locks a file until <see cref="GiveBack"/>: for it alone, or with others that share it. Only those who
    /// ask for such a lock are kept out.</summary>
    /// <returns>False: another handle has it. True also where there is no way to know.</returns>
    public static bool TryTake(SafeFileHandle file, bool isShared)
    {
        if (!Posix.IsLinux64) return true;
        var whole = new LockRange { Type = isShared ? ReadLock : WriteLock };
        return fcntl(file, SetHandleLock, &whole) is 0
            || Marshal.GetLastPInvokeError() is not (Posix.TryAgain or AccessDenied);
    }

    /// <summary>Gives a lock back. Closing the handle alone leaves it to a process that is just being started, for as
    /// long as that has a copy of the handle.</summary>
    public static void GiveBack(SafeFileHandle file)
    {
        if (!Posix.IsLinux64) return;
        var whole = new LockRange { Type = NoLock };
        _ = fcntl(file, SetHandleLock, &whole);
    }

    [DllImport(Posix.Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fcntl(SafeFileHandle file, int command, LockRange* fileLock);

    // From the start of the file to its end, wherever that is.
    [StructLayout(LayoutKind.Sequential)]
    private struct LockRange
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }
}
