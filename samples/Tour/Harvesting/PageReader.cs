using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using AsyncKit.Http;

namespace Tour.Harvesting;

/// <summary>Takes the title and the links out of a page.</summary>
internal static class PageReader
{
    public static Page Read(Uri asked, FetchResponse response)
    {
        bool isHtml = response.ContentHeaders.ContentType?.MediaType is "text/html" or "application/xhtml+xml";
        using IHtmlDocument? document = isHtml ? new HtmlParser().ParseDocument(response.GetString()) : null;
        return new Page(
            asked,
            response.Uri,
            document?.Title?.Trim() ?? "",
            document is null ? [] : [.. Links(document, response.Uri)],
            response.Body.Length,
            response.Attempts);
    }

    private static IEnumerable<Uri> Links(IHtmlDocument document, Uri page)
    {
        // A page may say that its relative links start elsewhere.
        string? stated = document.QuerySelector("base[href]")?.GetAttribute("href");
        Uri start = Uri.TryCreate(page, stated, out Uri? elsewhere) ? elsewhere : page;
        foreach (IElement anchor in document.QuerySelectorAll("a[href]"))
        {
            if (Uri.TryCreate(start, anchor.GetAttribute("href"), out Uri? link) && link.Scheme is "http" or "https")
                yield return new UriBuilder(link) { Fragment = "" }.Uri;
        }
    }
}
