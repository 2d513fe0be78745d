using System.Globalization;
using System.Text;

namespace AsyncKit.Http;

/// <summary>Reads the file names of a Content-Disposition header: RFC 6266.</summary>
/// <remarks>
/// More lenient than the framework's parser, which takes a header with one slip, such as a name with blanks and no
/// quotes, for none at all; and more complete, since it takes the backslashes out of what is quoted.
/// </remarks>
internal static class ContentDisposition
{
    private static readonly UTF8Encoding _strictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>The names to try, in this order: that of <c>filename*</c>, then that of <c>filename</c>.</summary>
    public static IEnumerable<string> FileNames(string header)
    {
        List<(string Name, string Value)> parameters = Parameters(header);
        string? extended = First("filename*");
        if (extended is not null && DecodeExtended(extended) is { } decoded) yield return decoded;
        if (First("filename") is { } plain) yield return DecodePlain(plain);

        string? First(string name) =>
            parameters.Find(parameter => parameter.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
    }

    private static List<(string Name, string Value)> Parameters(string header)
    {
        List<(string Name, string Value)> parameters = [];

        // What stands before the first semicolon is the type.
        for (int at = header.IndexOf(';', StringComparison.Ordinal); at >= 0 && at < header.Length;)
        {
            int end = header.AsSpan(++at).IndexOfAny('=', ';') is var length and >= 0 ? at + length : header.Length;
            string name = header[at..end].Trim();
            at = end;
            if (at < header.Length && header[at] is '=') parameters.Add((name, ReadValue(header, ref at)));
        }

        return parameters;
    }

    // From the equals sign to the semicolon that ends the parameter, or the end.
    private static string ReadValue(string header, ref int at)
    {
        do at++;
        while (at < header.Length && header[at] is ' ' or '\t');

        int start = at;
        if (at < header.Length && header[at] is '"') return ReadQuoted(header, ref at);
        at = header.IndexOf(';', at) is var semicolon and >= 0 ? semicolon : header.Length;
        return header[start..at].Trim();
    }

    private static string ReadQuoted(string header, ref int at)
    {
        var value = new StringBuilder();
        for (at++; at < header.Length && header[at] is not '"'; at++)
        {
            if (header[at] is '\\' && at + 1 < header.Length) at++;
            value.Append(header[at]);
        }

        at = header.IndexOf(';', Math.Min(at, header.Length)) is var semicolon and >= 0 ? semicolon : header.Length;
        return value.ToString();
    }

    // RFC 8187: charset'language'percent-encoded.
    private static string? DecodeExtended(string value)
    {
        if (value.Split('\'', 3) is not [var charset, _, var encoded]) return null;
        Encoding? encoding = charset.ToUpperInvariant() switch
        {
            "UTF-8" => _strictUtf8,
            "ISO-8859-1" => Encoding.Latin1,
            _ => null,
        };
        return encoding is null || PercentDecode(encoded) is not { } bytes ? null : Decode(bytes, encoding);
    }

    private static byte[]? PercentDecode(string encoded)
    {
        if (!Ascii.IsValid(encoded)) return null;
        List<byte> bytes = [];
        for (var i = 0; i < encoded.Length; i++)
        {
            if (encoded[i] is not '%')
            {
                bytes.Add((byte)encoded[i]);
                continue;
            }

            if (i + 2 >= encoded.Length
                || !byte.TryParse(encoded.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, null, out byte value))
            {
                return null;
            }

            bytes.Add(value);
            i += 2;
        }

        return [.. bytes];
    }

    // The transport reads headers as Latin-1; servers that write a name as it is mean UTF-8.
    private static string DecodePlain(string value) =>
        value.Any(letter => letter > '\x7f') && value.All(letter => letter <= '\xff')
            ? Decode(Encoding.Latin1.GetBytes(value), _strictUtf8) ?? value
            : value;

    private static string? Decode(byte[] bytes, Encoding encoding)
    {
        try
        {
            return encoding.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
