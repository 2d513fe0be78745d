using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>What Linux knows of a file and .NET does not tell.</summary>
internal static unsafe class FileStatus
{
    private const int CurrentFolder = -100;
    private const uint TypeAndMode = 0x3;
    private const uint Node = 0x100;
    private const int EmptyPath = 0x1000;
    private const int ModeOffset = 28;
    private const int NodeOffset = 32;
    private const int DeviceOffset = 136;

    /// <summary>What kind of file a name has: only a regular one never waits for somebody else.</summary>
    /// <returns><see cref="FileKind.Unknown"/> also when there is no way to know.</returns>
    public static FileKind KindOf(string path)
    {
        if (!Posix.IsLinux64) return FileKind.Unknown;
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
        if (!Posix.IsLinux64) return null;
        fixed (byte* start = Encoding.UTF8.GetBytes(path + '\0')) return IdentityOf(CurrentFolder, start, 0);
    }

    /// <summary>Which file a handle has.</summary>
    /// <returns>Nothing when there is no way to know.</returns>
    public static FileIdentity? IdentityOf(SafeFileHandle file)
    {
        if (!Posix.IsLinux64) return null;
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

    [DllImport(Posix.Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int statx(int folder, byte* path, int flags, uint mask, byte* status);
}
