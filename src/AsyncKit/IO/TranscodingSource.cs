using System.Text;
using System.Text.Unicode;

namespace AsyncKit.IO;

/// <summary>Makes UTF-8 of a text in another encoding.</summary>
internal sealed class TranscodingSource : ConvertingSource
{
    /// <summary>The least that a buffer must have room for: one character.</summary>
    public const int LeastBuffer = 4;

    private readonly Decoder _decoder;
    private readonly char[] _chars;
    private int _start;
    private int _end;

    /// <summary>Goes on where another source has come to.</summary>
    /// <param name="source">What is left of the text.</param>
    /// <param name="encoding">The encoding of the text.</param>
    /// <param name="begun">The bytes that were read from it already.</param>
    /// <param name="onInvalid">What becomes of bytes that are no text.</param>
    public TranscodingSource(ByteSource source, Encoding encoding, ReadOnlySpan<byte> begun, InvalidText onInvalid)
        : base(source)
    {
        _decoder = encoding.GetDecoder();
        _decoder.Fallback = onInvalid is InvalidText.Throw
            ? DecoderFallback.ExceptionFallback
            : new DecoderReplacementFallback("\uFFFD");
        _chars = new char[encoding.GetMaxCharCount(Math.Max(Raw.Length, begun.Length))];
        Decode(begun, isEnd: false);
    }

    protected override void Take(int read) => Decode(Raw.AsSpan(0, read), isEnd: read is 0);

    // A decoder does not end with half of a surrogate pair: it keeps that until it has the other half.
    protected override int Convert(Span<byte> buffer)
    {
        if (_start == _end) return 0;
        Utf8.FromUtf16(_chars.AsSpan(_start, _end - _start), buffer, out int read, out int written);
        _start += read;
        return written;
    }

    private void Decode(ReadOnlySpan<byte> bytes, bool isEnd)
    {
        try
        {
            _end = _decoder.GetChars(bytes, _chars, isEnd);
            _start = 0;
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"'{Name}' has bytes that are no text in its encoding.", e);
        }
    }
}
