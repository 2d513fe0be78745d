using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace AsyncKit.IO;

/// <summary>Encodes text that must come back as it was: half of a surrogate pair is refused, not replaced unnoticed.
/// </summary>
internal static class StrictUtf8
{
    /// <summary>How many bytes a char may take.</summary>
    public const int MostBytesPerChar = 3;

    /// <summary>Encodes a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="bytes">Room for it, <see cref="MostBytesPerChar"/> for each char.</param>
    /// <param name="parameter">The parameter that the text came by.</param>
    /// <returns>How many bytes it has.</returns>
    /// <exception cref="ArgumentException">It has half of a surrogate pair.</exception>
    public static int Encode(ReadOnlySpan<char> text, Span<byte> bytes, string parameter)
    {
        if (Ascii.FromUtf16(text, bytes, out int ascii) is OperationStatus.Done) return ascii;
        OperationStatus status = Utf8.FromUtf16(
            text[ascii..], bytes[ascii..], out int read, out int written, replaceInvalidSequences: false);
        if (status is OperationStatus.Done) return ascii + written;
        throw new ArgumentException(
            $"A line must be valid UTF-16, but there is half of a surrogate pair at index {ascii + read}.", parameter);
    }
}
