namespace AsyncKit.Http;

/// <summary>Stops a body that becomes far larger by decompression than honest ones do.</summary>
/// <remarks>
/// One stands behind each coding: what a bomb in a bomb becomes half way would keep the processor busy for hours, even
/// when nothing of it comes out at the end.
/// </remarks>
internal sealed class ExpansionGuard(Stream decoded, WireBody wire, FetchBodyOptions options)
    : ReadThroughStream(decoded)
{
    // The most that is decompressed before the figures are looked at, whatever the size of the reader's buffer.
    private const int MostAtOnce = 64 * 1024;

    private readonly Stream _decoded = decoded;
    private long _count;

    public override int Read(Span<byte> buffer) => Took(_decoded.Read(buffer[..Math.Min(buffer.Length, MostAtOnce)]));

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Memory<byte> piece = buffer[..Math.Min(buffer.Length, MostAtOnce)];
        return Took(await _decoded.ReadAsync(piece, cancellationToken).ConfigureAwait(false));
    }

    private int Took(int read)
    {
        _count += read;
        if (_count > options.RatioFloorBytes && _count > (Int128)wire.Count * options.MaxDecompressionRatio)
            throw new BodyBombException(wire.Count, _count, options.MaxDecompressionRatio);
        return read;
    }
}
