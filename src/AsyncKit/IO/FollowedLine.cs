using System.Runtime.InteropServices;

namespace AsyncKit.IO;

/// <summary>A line of a file that is followed.</summary>
/// <param name="Text">The line, without its break.</param>
/// <param name="Offset">Where it begins in its file, in bytes.</param>
/// <param name="NextOffset">Where the next one begins: for <see cref="FollowOptions.StartOffset"/>.</param>
/// <param name="Change">What has happened to the file before it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FollowedLine(string Text, long Offset, long NextOffset, FollowChange Change);
