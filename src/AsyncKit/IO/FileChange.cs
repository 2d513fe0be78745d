using System.Runtime.InteropServices;

namespace AsyncKit.IO;

/// <summary>Something that has happened in a folder that is watched.</summary>
/// <param name="Kind">What.</param>
/// <param name="FullPath">The path it happened to; that of the folder for <see cref="FileChangeKind.Rescan"/>.</param>
/// <param name="OldFullPath">The path before, for <see cref="FileChangeKind.Renamed"/>.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FileChange(FileChangeKind Kind, string FullPath, string? OldFullPath = null);
