using System.Net;
using Site.Links;
using Site.Navigation;
using Site.Styles;

namespace Site.Pages;

/// <summary>What stands around the text of a page.</summary>
internal static class PageTemplate
{
    private const string SiteName = "AsyncKit";

    // A heading cannot have this id: GitHub's begin with a letter or a digit of the heading.
    private const string TextId = "-text";

    public static string ToHtml(Page page, SiteMap map) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{Title(page, map)}</title>
        <meta name="description" content="{Encode(page.Description)}">
        <link rel="stylesheet" href="{RelativePath.Between(page.Path, SiteStyle.FileName)}">
        <link rel="icon" href="data:,">
        </head>
        <body>
        <a class="skip" href="#{TextId}">Skip to the text</a>
        <header class="side">
        <a class="brand" href="{RelativePath.Between(page.Path, map.Index.Path)}">{SiteName}</a>
        {NavigationHtml.Sections(page, map)}
        </header>
        <main id="{TextId}" tabindex="-1">
        <article>
        {MarkdownText.ToHtml(page.Document).TrimEnd()}
        </article>
        {NavigationHtml.Neighbours(page, map)}
        </main>
        {NavigationHtml.Chapters(page)}
        </body>
        </html>

        """;

    private static string Title(Page page, SiteMap map) =>
        page == map.Index ? Encode(page.Title) : $"{Encode(page.Title)} · {SiteName}";

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
