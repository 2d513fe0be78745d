using System.Runtime.InteropServices;

namespace AsyncKit.IO;

/// <summary>A file or folder that was found, as it was then.</summary>
/// <param name="FullPath">Its path.</param>
/// <param name="RelativePath">Its path below the folder that is walked, with <c>/</c> between names.</param>
/// <param name="Depth">How many levels below: 1 for what lies in the folder itself.</param>
/// <param name="IsFolder">Whether it is a folder, or a link to one.</param>
/// <param name="IsLink">Whether it is a symbolic link.</param>
/// <param name="Length">How many bytes a file has; zero for a folder.</param>
/// <param name="LastWriteTime">When it was last written, in UTC.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FileEntry(
    string FullPath,
    string RelativePath,
    int Depth,
    bool IsFolder,
    bool IsLink,
    long Length,
    DateTimeOffset LastWriteTime);
