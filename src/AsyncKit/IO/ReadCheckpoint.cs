using System.Runtime.InteropServices;

namespace AsyncKit.IO;

/// <summary>Where in a text a reader has come to: between two lines, so that another one goes on with the next.
/// </summary>
/// <param name="Offset">How many bytes come before the next line: bytes of the file when it is UTF-8 and not
/// compressed, else of its text in UTF-8.</param>
/// <param name="LineNumber">How many lines come before it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ReadCheckpoint(long Offset, long LineNumber);
