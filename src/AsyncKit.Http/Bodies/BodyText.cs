using System.Net.Http.Headers;
using System.Text;

namespace AsyncKit.Http;

/// <summary>Decodes bodies to text.</summary>
internal static class BodyText
{
    // A four-byte mark stands before the two-byte one it begins with.
    private static readonly Encoding[] _marked =
        [Encoding.UTF32, Encoding.UTF8, Encoding.Unicode, Encoding.BigEndianUnicode];

    /// <summary>
    /// Decodes by the byte order mark, else by the charset of the Content-Type, else by the one that a page or an XML
    /// document names for itself, else as UTF-8.
    /// </summary>
    /// <returns>The text; bytes that are not valid in the encoding become U+FFFD.</returns>
    public static string Decode(ReadOnlySpan<byte> body, MediaTypeHeaderValue? type)
    {
        foreach (Encoding encoding in _marked)
        {
            if (body.StartsWith(encoding.Preamble)) return encoding.GetString(body[encoding.Preamble.Length..]);
        }

        string? charset = type?.CharSet;
        if (string.IsNullOrWhiteSpace(charset)) charset = CharsetSniff.Find(body, type?.MediaType);
        return Named(charset).GetString(body);
    }

    private static Encoding Named(string? charset)
    {
        string name = (charset ?? "").Trim('"', '\'', ' ');
        if (name.Length is 0) return Encoding.UTF8;
        try
        {
            // The provider knows the legacy code pages; it answers null for what the runtime itself knows.
            return CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            // A name nobody knows, or UTF-7, which nobody should: servers send such, and a guess that is almost always
            // right beats a failed fetch.
            return Encoding.UTF8;
        }
    }
}
