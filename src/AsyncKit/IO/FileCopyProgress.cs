using System.Runtime.InteropServices;

namespace AsyncKit.IO;

/// <summary>How far a copy has come.</summary>
/// <param name="BytesCopied">How many bytes are written.</param>
/// <param name="TotalBytes">How many bytes the source had when the copy began; zero for a file that cannot say, such as
/// those of <c>/proc</c>. A source that grows meanwhile is copied to its end.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FileCopyProgress(long BytesCopied, long TotalBytes);
