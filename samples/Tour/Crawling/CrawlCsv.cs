using System.Globalization;
using AsyncKit.IO;

namespace Tour.Crawling;

/// <summary>Writes the pages of a crawl as comma-separated values (RFC 4180).</summary>
internal static class CrawlCsv
{
    public static async Task WriteAsync(
        string path, IEnumerable<CrawlEntry> entries, CancellationToken cancellationToken)
    {
        await using LineWriter writer = LineWriter.CreateAtomic(path, new LineWriterOptions { NewLine = "\r\n" });
        await writer.WriteLineAsync("url,title,bytes,error", cancellationToken);
        foreach (CrawlEntry entry in entries)
        {
            string bytes = entry.Bytes?.ToString(CultureInfo.InvariantCulture) ?? "";
            await writer.WriteLineAsync(
                $"{Quoted(entry.Url)},{Quoted(entry.Title)},{bytes},{Quoted(entry.Error)}", cancellationToken);
        }

        await writer.CompleteAsync(cancellationToken);
    }

    private static string Quoted(string? text) => text?.AsSpan().IndexOfAny(",\"\r\n") >= 0
        ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\""
        : text ?? "";
}
