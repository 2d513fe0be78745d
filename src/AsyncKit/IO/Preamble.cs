using System.Runtime.InteropServices;
using System.Text;

namespace AsyncKit.IO;

/// <summary>What the first bytes of a text say of it.</summary>
/// <param name="Encoding">The encoding that a byte order mark names; none without a mark.</param>
/// <param name="MarkLength">How long the mark is.</param>
/// <param name="IsGZip">Whether it is no text yet, but GZip.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Preamble(Encoding? Encoding, int MarkLength, bool IsGZip = false)
{
    public const int LongestMark = 4;

    private static readonly (byte[] Mark, Encoding Encoding)[] _marks =
    [
        ([0xFF, 0xFE, 0x00, 0x00], Encoding.UTF32),
        ([0x00, 0x00, 0xFE, 0xFF], new UTF32Encoding(bigEndian: true, byteOrderMark: true)),
        ([0xEF, 0xBB, 0xBF], Encoding.UTF8),
        ([0xFF, 0xFE], Encoding.Unicode),
        ([0xFE, 0xFF], Encoding.BigEndianUnicode),
    ];

    /// <summary>Looks at the first bytes.</summary>
    /// <returns>What they say; nothing when more of them are needed. A pipe may give one at a time, and what is no mark
    /// is not held back until there are four.</returns>
    public static Preamble? Of(ReadOnlySpan<byte> bytes, bool isAll)
    {
        if (!isAll && bytes is [0x1F]) return null;
        foreach ((byte[] mark, Encoding encoding) in _marks)
        {
            if (bytes.StartsWith(mark)) return new Preamble(encoding, mark.Length);
            if (!isAll && bytes.Length < mark.Length && mark.AsSpan().StartsWith(bytes)) return null;
        }

        return new Preamble(null, 0, bytes is [0x1F, 0x8B, ..]);
    }
}
