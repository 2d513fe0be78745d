using System.IO.Compression;

namespace AsyncKit.Http;

/// <summary>Decompresses what HTTP calls deflate, the format zlib, and finds out when it breaks off.</summary>
/// <remarks>
/// <see cref="ZLibStream"/> takes a body that breaks off for a whole one. A whole one ends with the checksum of what
/// came out of it.
/// </remarks>
internal sealed class ZlibBody : ReadThroughStream
{
    private readonly ZlibEnds _coded;
    private readonly ZLibStream _decoded;
    private Adler32 _checksum = new();

    public ZlibBody(Stream coded)
        : this(new ZlibEnds(coded))
    {
    }

    private ZlibBody(ZlibEnds coded)
        : this(coded, new ZLibStream(coded, CompressionMode.Decompress))
    {
    }

    private ZlibBody(ZlibEnds coded, ZLibStream decoded)
        : base(decoded)
    {
        _coded = coded;
        _decoded = decoded;
    }

    public override int Read(Span<byte> buffer)
    {
        try
        {
            int read = _decoded.Read(buffer);
            if (read is 0) CheckEnd(_coded.Read(buffer));
            _checksum.Append(buffer[..read]);
            return read;
        }
        catch (InvalidDataException e) when (!_coded.HasHeader)
        {
            throw NoZlib(e);
        }
    }

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            int read = await _decoded.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (read is 0) CheckEnd(await _coded.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));
            _checksum.Append(buffer.Span[..read]);
            return read;
        }
        catch (InvalidDataException e) when (!_coded.HasHeader)
        {
            throw NoZlib(e);
        }
    }

    // The decoder may have stopped in front of bytes that follow the end, or behind some that it took and left unread.
    private void CheckEnd(int more)
    {
        if (more > 0) throw new InvalidDataException("The deflate body goes on after its end.");
        if (_coded.Count > 0 && _coded.LastFour != _checksum.Value)
            throw new InvalidDataException("The deflate body breaks off, or goes on after its end.");
    }

    private static InvalidDataException NoZlib(InvalidDataException inner) => new(
        "The deflate body has no header of zlib, which HTTP demands: raw deflate, which some servers send, cannot be "
        + "told from damage, and is refused.",
        inner);
}
