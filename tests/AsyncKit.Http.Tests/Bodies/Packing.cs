using System.IO.Compression;

namespace AsyncKit.Http.Tests.Bodies;

/// <summary>Encodes bodies as servers do.</summary>
internal static class Packing
{
    /// <summary>Applies the codings of a Content-Encoding header, in its order.</summary>
    public static byte[] Pack(byte[] bytes, string codings, CompressionLevel level = CompressionLevel.Optimal) =>
        codings.Split(", ").Aggregate(bytes, (packed, coding) => PackOnce(packed, coding, level));

    /// <summary>Puts a body behind itself, many times over.</summary>
    public static byte[] Repeat(byte[] bytes, int times)
    {
        using var repeated = new MemoryStream(bytes.Length * times);
        for (var i = 0; i < times; i++) repeated.Write(bytes);
        return repeated.ToArray();
    }

    private static byte[] PackOnce(byte[] bytes, string coding, CompressionLevel level)
    {
        // The streams of the framework would write nothing at all.
        if (bytes.Length is 0) return Nothing(coding);
        using var packed = new MemoryStream();
        using (Stream packer = coding switch
        {
            "br" => new BrotliStream(packed, level),
            "deflate" => new ZLibStream(packed, level),
            "raw" => new DeflateStream(packed, level),
            _ => new GZipStream(packed, level),
        })
        {
            packer.Write(bytes);
        }

        return packed.ToArray();
    }

    private static byte[] Nothing(string coding) => coding switch
    {
        "br" => [0x06],
        "deflate" => [0x78, 0x9C, 3, 0, 0, 0, 0, 1],
        _ => [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    };
}
