using System.IO.Compression;

namespace AsyncKit.Http;

/// <summary>A gzip body with a member of our own behind it, which shows whether the body is whole.</summary>
internal sealed class SealedGzip(Stream coded) : ReadThroughStream(coded)
{
    private static readonly byte[] _packedSeal = Pack(Seal);

    private readonly Stream _coded = coded;
    private int _given;

    /// <summary>What the member holds.</summary>
    public static ReadOnlySpan<byte> Seal => "And here ends what the server sent."u8;

    /// <summary>Whether the body has been read to its end, and what follows is the seal.</summary>
    public bool HasEnded { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        if (!HasEnded && _coded.Read(buffer) is > 0 and var read) return read;
        return GiveSeal(buffer);
    }

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (HasEnded) return GiveSeal(buffer.Span);
        int read = await _coded.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        return read > 0 ? read : GiveSeal(buffer.Span);
    }

    private int GiveSeal(Span<byte> buffer)
    {
        HasEnded = true;
        int count = Math.Min(buffer.Length, _packedSeal.Length - _given);
        _packedSeal.AsSpan(_given, count).CopyTo(buffer);
        _given += count;
        return count;
    }

    private static byte[] Pack(ReadOnlySpan<byte> bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(bytes);
        return packed.ToArray();
    }
}
