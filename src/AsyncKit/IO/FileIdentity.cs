using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>Which file a name or a handle has: that of another file is another one, also with the same name.</summary>
/// <remarks>On Linux by device and inode, which no other file gets while this one is open. Elsewhere by the time at
/// which it was made: Windows gives a file the time of one of its name that was deleted within the last 15
/// seconds.</remarks>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FileIdentity(ulong Device, ulong Node)
{
    public static FileIdentity? Of(string path)
    {
        if (FileStatus.IdentityOf(path) is { } identity) return identity;
        try
        {
            return File.Exists(path) ? new FileIdentity(0, (ulong)File.GetCreationTimeUtc(path).Ticks) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public static FileIdentity Of(SafeFileHandle file) =>
        FileStatus.IdentityOf(file) ?? new FileIdentity(0, (ulong)File.GetCreationTimeUtc(file).Ticks);
}
