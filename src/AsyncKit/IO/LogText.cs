using System.Buffers;
using System.Text.Unicode;

namespace AsyncKit.IO;

/// <summary>What a line may hold, and text as bytes.</summary>
internal static class LogText
{
    /// <summary>How many bytes a char may take.</summary>
    public const int MostBytesPerChar = 3;

    private static readonly SearchValues<byte> _lineBreaks = SearchValues.Create("\r\n"u8);
    private static readonly SearchValues<char> _lineBreakChars = SearchValues.Create('\r', '\n');

    /// <exception cref="ArgumentException">It would be two lines.</exception>
    public static void ThrowIfSplit(ReadOnlySpan<char> line)
    {
        int lineBreak = line.IndexOfAny(_lineBreakChars);
        if (lineBreak >= 0) throw Split(lineBreak, nameof(line));
    }

    /// <exception cref="ArgumentException">It would be two lines.</exception>
    public static void ThrowIfSplit(ReadOnlySpan<byte> line)
    {
        int lineBreak = line.IndexOfAny(_lineBreaks);
        if (lineBreak >= 0) throw Split(lineBreak, nameof(line));
    }

    /// <summary>Gives text as UTF-8, in a buffer that has room for it.</summary>
    /// <exception cref="ArgumentException">It is not valid UTF-16: that is refused instead of being replaced unnoticed.
    /// </exception>
    public static ReadOnlySpan<byte> Encode(ReadOnlySpan<char> line, Span<byte> buffer)
    {
        OperationStatus status = Utf8.FromUtf16(
            line, buffer, out int read, out int written, replaceInvalidSequences: false);
        if (status is OperationStatus.Done) return buffer[..written];
        throw new ArgumentException(
            $"A line must be valid UTF-16, but there is half of a surrogate pair at index {read}.", nameof(line));
    }

    private static ArgumentException Split(int lineBreak, string parameter) =>
        new($"A line must not contain a line break, but there is one at index {lineBreak}.", parameter);
}
