using System.IO.Compression;

namespace AsyncKit.Http;

/// <summary>Decompresses gzip, of one member or several, and finds out when it breaks off.</summary>
/// <remarks>
/// <see cref="GZipStream"/> takes a body that breaks off for a whole one. So a member of our own stands behind the
/// body: it comes out again at the end if, and only if, every member before it is whole. All that is in the body has
/// come out before more is asked for, and so nothing but the seal may come once its end has been met.
/// </remarks>
internal sealed class GzipBody : ReadThroughStream
{
    private readonly SealedGzip _coded;
    private readonly GZipStream _decoded;
    private int _sealLength;

    public GzipBody(Stream coded)
        : this(new SealedGzip(coded))
    {
    }

    private GzipBody(SealedGzip coded)
        : this(coded, new GZipStream(coded, CompressionMode.Decompress))
    {
    }

    private GzipBody(SealedGzip coded, GZipStream decoded)
        : base(decoded)
    {
        _coded = coded;
        _decoded = decoded;
    }

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            int read = _decoded.Read(buffer);
            if (read > 0 && !_coded.HasEnded) return read;
            if (IsEnd(buffer[..read])) return 0;
        }
    }

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            int read = await _decoded.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (read > 0 && !_coded.HasEnded) return read;
            if (IsEnd(buffer.Span[..read])) return 0;
        }
    }

    private bool IsEnd(ReadOnlySpan<byte> seal)
    {
        ReadOnlySpan<byte> expected = SealedGzip.Seal[_sealLength..];
        bool isEnd = seal.IsEmpty;
        if (isEnd ? !expected.IsEmpty : !expected.StartsWith(seal))
            throw new InvalidDataException("The gzip body breaks off, or goes on after its end.");

        _sealLength += seal.Length;
        return isEnd;
    }
}
