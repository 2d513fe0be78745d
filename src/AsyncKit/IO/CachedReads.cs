using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>Reads of what a file has in memory already, where the system can tell.</summary>
internal static unsafe class CachedReads
{
    /// <summary>It has to be read in another way, this time.</summary>
    public const int WouldWait = -1;

    /// <summary>It has to be read in another way, always.</summary>
    public const int Never = -2;

    private const int NoWait = 0x8;

    /// <summary>Reads what is in memory, and does not wait for the disk.</summary>
    /// <returns>How many bytes; <see cref="WouldWait"/>, or <see cref="Never"/> when this file cannot be read in this
    /// way. Zero does not always mean the end.</returns>
    public static int Read(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        if (!Posix.IsLinux64) return Never;
        fixed (byte* start = buffer)
        {
            var vector = new IoVector { Start = start, Length = (nuint)buffer.Length };
            try
            {
                nint read = preadv2(file, &vector, 1, offset, NoWait);
                return read >= 0 ? (int)read
                    : Marshal.GetLastPInvokeError() is Posix.TryAgain or Posix.Interrupted ? WouldWait
                    : Never;
            }
            catch (EntryPointNotFoundException)
            {
                // An old C library.
                return Never;
            }
        }
    }

    [DllImport(Posix.Library, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint preadv2(SafeFileHandle file, IoVector* vectors, int count, long offset, int flags);

    [StructLayout(LayoutKind.Sequential)]
    private struct IoVector
    {
        public byte* Start;
        public nuint Length;
    }
}
