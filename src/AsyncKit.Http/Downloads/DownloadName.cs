using System.Globalization;
using System.Text;

namespace AsyncKit.Http;

/// <summary>Names the file that a download is kept in, whatever the server says.</summary>
/// <remarks>
/// A name is one plain name on Windows, Linux and macOS alike, so that a folder can be carried from one to another: it
/// leads to no other folder, drive, device or stream, is not hidden, and looks like what it is.
/// </remarks>
internal static class DownloadName
{
    private const string Fallback = "download";

    // What the file systems take; counted in bytes by most of them.
    private const int MaxBytes = 255;
    private const int MaxExtensionBytes = 32;

    private static readonly string[] _devices =
        ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$", .. Numbered("COM"), .. Numbered("LPT")];

    /// <summary>The name by the header Content-Disposition, else by the address, else "download".</summary>
    /// <param name="contentDisposition">The header as it came, if it came.</param>
    /// <param name="uri">Where the download came from, after redirects.</param>
    public static string Of(string? contentDisposition, Uri uri)
    {
        IEnumerable<string> candidates = contentDisposition is null
            ? []
            : ContentDisposition.FileNames(contentDisposition);
        string segment = uri.AbsolutePath[(uri.AbsolutePath.LastIndexOf('/') + 1)..];
        return candidates.Append(Uri.UnescapeDataString(segment)).Select(Confine).FirstOrDefault(n => n is not "")
            ?? Fallback;
    }

    // Empty when nothing of the name is left.
    private static string Confine(string name)
    {
        string last = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        string plain = Trim(string.Concat(last.EnumerateRunes().Select(rune => IsPlain(rune) ? $"{rune}" : "_")));

        // Windows takes "con.txt", and "con .txt", for the device.
        string stem = plain.Split('.', 2)[0].TrimEnd();
        return Shorten(_devices.Contains(stem, StringComparer.OrdinalIgnoreCase) ? $"_{plain}" : plain);
    }

    // What controls a terminal, or the direction of writing (an "exe" that reads as "txt"), stands in no honest name.
    // The two joiners of letters do. A rune is U+FFFD where a surrogate stood alone.
    private static bool IsPlain(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        UnicodeCategory.Format => rune.Value is 0x200C or 0x200D,
        _ => rune.Value is not (':' or '*' or '?' or '"' or '<' or '>' or '|' or 0xFFFD),
    };

    private static string Trim(string name)
    {
        int start = 0, end = name.Length;
        while (start < end && IsMargin(name[start])) start++;
        while (end > start && IsMargin(name[end - 1])) end--;
        return name[start..end];

        static bool IsMargin(char letter) => letter is '.' || char.IsWhiteSpace(letter);
    }

    // The extension says what the file is; what is cut is the stem before it.
    private static string Shorten(string name)
    {
        if (Encoding.UTF8.GetByteCount(name) <= MaxBytes) return name;
        int dot = name.LastIndexOf('.');
        string extension = dot > 0 && Encoding.UTF8.GetByteCount(name.AsSpan(dot)) <= MaxExtensionBytes
            ? name[dot..]
            : "";

        int left = MaxBytes - Encoding.UTF8.GetByteCount(extension);
        var stem = new StringBuilder();
        foreach (Rune rune in name.EnumerateRunes())
        {
            left -= rune.Utf8SequenceLength;
            if (left < 0) break;
            stem.Append(rune);
        }

        return Trim(stem.ToString()) + extension;
    }

    private static IEnumerable<string> Numbered(string device) => "0123456789¹²³".Select(digit => $"{device}{digit}");
}
