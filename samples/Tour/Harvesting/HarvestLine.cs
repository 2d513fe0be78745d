using System.Text.Json;
using AsyncKit.Errors;
using AsyncKit.Http;

namespace Tour.Harvesting;

/// <summary>The line of the output file that tells what became of one page.</summary>
internal sealed record HarvestLine(string Url, string? Title, int? Links, int? Bytes, int Attempts, string? Error)
{
    public static string Write(Uri uri, Settled<Page> settled) =>
        JsonSerializer.Serialize(Of(uri, settled), HarvestLineContext.Default.HarvestLine);

    private static HarvestLine Of(Uri uri, Settled<Page> settled) => settled switch
    {
        { IsCompletedSuccessfully: true, Value: var page } =>
            new(uri.AbsoluteUri, page.Title, page.Links.Count, page.Bytes, page.Attempts.Count, Error: null),
        { Exception: FetchException failure } =>
            new(uri.AbsoluteUri, Title: null, Links: null, Bytes: null, failure.Attempts.Count, failure.Message),
        _ => new(uri.AbsoluteUri, Title: null, Links: null, Bytes: null, Attempts: 1, settled.Exception?.Message),
    };
}
