using System.Buffers.Binary;

namespace AsyncKit.Http;

/// <summary>Remembers how a zlib stream begins and ends, while it is being read.</summary>
internal sealed class ZlibEnds(Stream coded) : ReadThroughStream(coded)
{
    private readonly Stream _coded = coded;
    private int _header;
    private uint _lastFour;

    /// <summary>How many bytes have come.</summary>
    public long Count { get; private set; }

    /// <summary>The last four bytes, as the number that a checksum at the end is.</summary>
    public uint LastFour => _lastFour;

    /// <summary>
    /// Whether the first two bytes, as far as they have come, can be the header: RFC 1950, section 2.2.
    /// </summary>
    public bool HasHeader => Count < 2 || ((_header & 0x0F00) is 0x0800 && _header % 31 is 0);

    public override int Read(Span<byte> buffer) => Saw(buffer, _coded.Read(buffer));

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read = await _coded.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        return Saw(buffer.Span, read);
    }

    private int Saw(ReadOnlySpan<byte> buffer, int read)
    {
        for (var i = 0; i < read && Count + i < 2; i++) _header = (_header << 8) | buffer[i];
        if (read >= 4) _lastFour = BinaryPrimitives.ReadUInt32BigEndian(buffer[(read - 4)..read]);
        else foreach (byte last in buffer[..read]) _lastFour = (_lastFour << 8) | last;
        Count += read;
        return read;
    }
}
