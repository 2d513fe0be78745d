namespace Site.Styles;

/// <summary>The style sheet of all pages.</summary>
internal static class SiteStyle
{
    public const string FileName = "site.css";

    public static string Text { get; } = Read();

    private static string Read()
    {
        using Stream stream = typeof(SiteStyle).Assembly.GetManifestResourceStream(FileName)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
