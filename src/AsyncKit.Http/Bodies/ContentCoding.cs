using System.Buffers;
using System.IO.Compression;

namespace AsyncKit.Http;

/// <summary>Undoes the content codings that show whether something is missing: gzip and Brotli.</summary>
/// <remarks>
/// The decompression of the transport, and that of the framework's streams, takes a stream that breaks off for one that
/// has ended. So the transport is asked to leave bodies as they are, and they are decompressed here.
/// </remarks>
internal static class ContentCoding
{
    /// <summary>The value of the Accept-Encoding header: what <see cref="Decode"/> undoes.</summary>
    public const string Accepted = "gzip, br";

    private static readonly byte[] _seal = "And here ends what the server sent."u8.ToArray();
    private static readonly byte[] _packedSeal = Pack(_seal);

    /// <summary>The coding of a body, if it is one that can be undone; otherwise <see langword="null"/>.</summary>
    public static string? Of(HttpContent content) => content.Headers.ContentEncoding.Count is 1
        ? content.Headers.ContentEncoding.Single().ToUpperInvariant() switch
        {
            "GZIP" or "X-GZIP" => "gzip",
            "BR" => "br",
            _ => null,
        }
        : null;

    /// <summary>Decompresses a whole body; <see langword="null"/> when it is larger than the limit.</summary>
    /// <exception cref="InvalidDataException">The body is damaged, or breaks off.</exception>
    public static byte[]? Decode(byte[] body, string coding, int maxBytes)
    {
        if (body.Length is 0) return body;
        return coding is "gzip" ? DecodeGzip(body, maxBytes) : DecodeBrotli(body, maxBytes);
    }

    /// <summary>Decompresses as much as there is, for a look at the beginning.</summary>
    public static Stream Open(Stream stream, string? coding) => coding switch
    {
        "gzip" => new GZipStream(stream, CompressionMode.Decompress),
        "br" => new BrotliStream(stream, CompressionMode.Decompress),
        _ => stream,
    };

    // A gzip stream may consist of several members, one after the other. A member of our own is put behind the body: it
    // comes out again at the end if, and only if, every member before it is whole.
    private static byte[]? DecodeGzip(byte[] body, int maxBytes)
    {
        using var sealedBody = new MemoryStream(body.Length + _packedSeal.Length);
        sealedBody.Write(body);
        sealedBody.Write(_packedSeal);
        sealedBody.Position = 0;
        using var gzip = new GZipStream(sealedBody, CompressionMode.Decompress);

        var decoded = new ArrayBufferWriter<byte>();
        long most = (long)maxBytes + _seal.Length;
        while (gzip.Read(decoded.GetSpan(16 * 1024)) is var read and > 0)
        {
            decoded.Advance(read);
            if (decoded.WrittenCount > most) return null;
        }

        if (!decoded.WrittenSpan.EndsWith(_seal)) throw new InvalidDataException("The gzip body breaks off.");
        return decoded.WrittenSpan[..^_seal.Length].ToArray();
    }

    private static byte[]? DecodeBrotli(byte[] body, int maxBytes)
    {
        using var decoder = new BrotliDecoder();
        var decoded = new ArrayBufferWriter<byte>();
        ReadOnlySpan<byte> rest = body;
        while (true)
        {
            OperationStatus status =
                decoder.Decompress(rest, decoded.GetSpan(16 * 1024), out int consumed, out int written);
            rest = rest[consumed..];
            decoded.Advance(written);
            if (decoded.WrittenCount > maxBytes) return null;
            if (status is OperationStatus.Done) return decoded.WrittenSpan.ToArray();
            if (status is OperationStatus.NeedMoreData) throw new InvalidDataException("The Brotli body breaks off.");
            if (status is OperationStatus.InvalidData) throw new InvalidDataException("The Brotli body is damaged.");
        }
    }

    private static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(bytes);
        return packed.ToArray();
    }
}
