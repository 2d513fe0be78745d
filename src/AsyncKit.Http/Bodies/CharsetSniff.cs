using System.Text;
using System.Text.RegularExpressions;

namespace AsyncKit.Http;

/// <summary>Finds the charset that a page or an XML document names for itself.</summary>
/// <remarks>
/// As browsers do, but in a simpler way: the HTML Living Standard, section 13.2.3.2, and XML 1.0, appendix F.
/// </remarks>
internal static class CharsetSniff
{
    private const int MostBytes = 1024;
    private const RegexOptions Plain = RegexOptions.NonBacktracking
        | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture;

    private static readonly Regex _declaration = new(
        """^<\?xml\s[^>]*?encoding\s*=\s*["'](?<name>[A-Z][A-Z0-9._-]*)["']""", Plain);
    private static readonly Regex _comment = new("<!--.*?(-->|$)", Plain | RegexOptions.Singleline);
    private static readonly Regex _meta = new("""<meta[\s/](?:[^>"']|"[^"]*"|'[^']*')*>""", Plain);
    private static readonly Regex _attribute = new(
        """(?<name>[^\s=/>"']+)\s*=\s*(?:"(?<value>[^"]*)"|'(?<value>[^']*)'|(?<value>[^\s>"']+))""", Plain);
    private static readonly Regex _parameter = new("""charset\s*=\s*["']?\s*(?<name>[^\s"';]+)""", Plain);

    /// <summary>
    /// The charset; <see langword="null"/> when there is none, or the type is not one that can name it.
    /// </summary>
    public static string? Find(ReadOnlySpan<byte> body, string? mediaType)
    {
        if (!IsMarkup(mediaType)) return null;
        if (body.StartsWith("<\0?\0"u8)) return "utf-16";
        if (body.StartsWith("\0<\0?"u8)) return "utf-16BE";

        string head = Encoding.Latin1.GetString(body[..Math.Min(body.Length, MostBytes)]);
        string? name = Declared(head) ?? NamedByMeta(_comment.Replace(head, " "));

        // Who can be read so far is not in UTF-16, whatever it says; the standard says the same.
        return name is not null && name.StartsWith("utf-16", StringComparison.OrdinalIgnoreCase) ? "utf-8" : name;
    }

    private static bool IsMarkup(string? mediaType) => mediaType is null
        || mediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase)
        || mediaType.EndsWith("/xml", StringComparison.OrdinalIgnoreCase)
        || mediaType.EndsWith("+xml", StringComparison.OrdinalIgnoreCase);

    private static string? Declared(string head) =>
        _declaration.Match(head) is { Success: true } match ? match.Groups["name"].Value : null;

    private static string? NamedByMeta(string head) => _meta.Matches(head)
        .Select(meta => NamedBy(meta.Value["<meta".Length..]))
        .FirstOrDefault(name => name is not null);

    private static string? NamedBy(string attributes)
    {
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (Match match in _attribute.Matches(attributes))
            values.TryAdd(match.Groups["name"].Value, match.Groups["value"].Value);
        if (values.TryGetValue("charset", out string? charset)) return charset.Trim();

        // The description of a page may speak of charsets, too.
        return values.GetValueOrDefault("http-equiv")?.Trim().ToUpperInvariant() is "CONTENT-TYPE"
            && _parameter.Match(values.GetValueOrDefault("content", "")) is { Success: true } parameter
                ? parameter.Groups["name"].Value
                : null;
    }
}
