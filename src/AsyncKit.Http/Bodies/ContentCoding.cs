using System.Net.Http.Headers;

namespace AsyncKit.Http;

/// <summary>The content codings that are undone, and that show whether something is missing.</summary>
/// <remarks>
/// The decompression of the transport, and that of the framework's streams, takes a body that breaks off for one that
/// has ended. So the transport is asked to leave bodies as they are, and they are decompressed here.
/// </remarks>
internal static class ContentCoding
{
    /// <summary>The value of the Accept-Encoding header.</summary>
    /// <remarks>
    /// Not deflate, which is undone when it comes, but means two formats on the Web: who asks for it may be sent the
    /// wrong one.
    /// </remarks>
    public const string Accepted = "gzip, br";

    // As many as any server has a reason for, and one more.
    private const int MostCodings = 3;

    /// <summary>
    /// The codings of a body, in the order in which they are undone; none when one of them is not known, and the body
    /// is to be left as it is.
    /// </summary>
    /// <exception cref="InvalidDataException">There are more than three.</exception>
    public static IReadOnlyList<string> ToUndo(HttpContentHeaders headers)
    {
        if (!headers.NonValidated.Contains("Content-Encoding")) return [];
        string?[] codings =
            [.. headers.ContentEncoding.Reverse().Select(Known).Where(coding => coding is not "identity")];
        if (codings.Contains(null)) return [];
        if (codings.Length <= MostCodings) return codings!;
        throw new InvalidDataException(
            $"The body is encoded {codings.Length} times, {string.Join(", ", headers.ContentEncoding)}: "
            + $"at most {MostCodings} are undone.");
    }

    /// <summary>Undoes one coding.</summary>
    public static Stream Undo(string coding, Stream coded) => coding switch
    {
        "gzip" => new GzipBody(coded),
        "br" => new BrotliBody(coded),
        _ => new ZlibBody(coded),
    };

    private static string? Known(string coding) => coding.ToUpperInvariant() switch
    {
        "GZIP" or "X-GZIP" => "gzip",
        "BR" => "br",
        "DEFLATE" => "deflate",
        "IDENTITY" => "identity",
        _ => null,
    };
}
