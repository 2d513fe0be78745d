using System.Text;
using System.Text.Unicode;

namespace AsyncKit.IO;

/// <summary>Makes UTF-8 of a text in another encoding.</summary>
internal sealed class TranscodingSource : ByteSource
{
    /// <summary>The least that a buffer must have room for: one character.</summary>
    public const int LeastBuffer = 4;

    private const int RawSize = 32 * 1024;

    private readonly ByteSource _source;
    private readonly Decoder _decoder;
    private readonly byte[] _raw = new byte[RawSize];
    private readonly char[] _chars;
    private int _charsStart;
    private int _charsEnd;
    private bool _hasEnded;

    /// <summary>Goes on where another source has come to.</summary>
    /// <param name="source">What is left of the text.</param>
    /// <param name="encoding">The encoding of the text.</param>
    /// <param name="begun">The bytes that were read from it already.</param>
    /// <param name="onInvalid">What becomes of bytes that are no text.</param>
    public TranscodingSource(ByteSource source, Encoding encoding, ReadOnlySpan<byte> begun, InvalidText onInvalid)
    {
        _source = source;
        _decoder = encoding.GetDecoder();
        _decoder.Fallback = onInvalid is InvalidText.Throw
            ? DecoderFallback.ExceptionFallback
            : DecoderFallback.ReplacementFallback;
        _chars = new char[encoding.GetMaxCharCount(Math.Max(RawSize, begun.Length))];
        Decode(begun);
    }

    public override string Name => _source.Name;

    public override bool CanReadAhead => _source.CanReadAhead;

    public override int ReadAtOnce(Span<byte> buffer)
    {
        while (true)
        {
            if (Encode(buffer) is > 0 and var written) return written;
            if (_hasEnded) return 0;
            int read = _source.ReadAtOnce(_raw);
            if (read < 0) return read;
            Take(read);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Encode(buffer.Span) is > 0 and var written) return written;
            if (_hasEnded) return 0;
            Take(await _source.ReadAsync(_raw, cancellationToken).ConfigureAwait(false));
        }
    }

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            if (Encode(buffer) is > 0 and var written) return written;
            if (_hasEnded) return 0;
            Take(_source.Read(_raw));
        }
    }

    public override ValueTask DisposeAsync() => _source.DisposeAsync();

    private void Take(int read)
    {
        _hasEnded = read is 0;
        Decode(_raw.AsSpan(0, read));
    }

    private void Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _charsEnd = _decoder.GetChars(bytes, _chars, flush: _hasEnded);
            _charsStart = 0;
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException($"There are bytes that are no text in '{Name}'.", e);
        }
    }

    // A decoder does not end with half of a surrogate pair: it keeps that until it has the other half.
    private int Encode(Span<byte> buffer)
    {
        if (_charsStart == _charsEnd) return 0;
        Utf8.FromUtf16(
            _chars.AsSpan(_charsStart, _charsEnd - _charsStart), buffer, out int read, out int written,
            replaceInvalidSequences: true, isFinalBlock: true);
        _charsStart += read;
        return written;
    }
}
