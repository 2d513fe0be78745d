using System.Net;

namespace Tour.Site;

/// <summary>Writes a planned page as HTML5.</summary>
internal static class PageHtml
{
    /// <summary>The parts of a page that links point at.</summary>
    public static IReadOnlyList<string> Fragments { get; } = ["about", "related"];

    /// <summary>The page, as a visitor sees it who came to the site by <paramref name="origin"/>.</summary>
    public static string Write(PagePlan page, string origin)
    {
        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
              <meta charset="utf-8">
              <title>{Encode(page.Title)}</title>
            </head>
            <body>
              <nav>
                <a href="#related">Skip to related entries</a>
                <ol>
            {Lines(page.Trail.Select(Item))}
                </ol>
              </nav>
              <main>
                <h1>{Encode(page.Title)}</h1>
                <section id="about">
            {Lines(page.Paragraphs.Select(text => $"      <p>{Encode(text)}</p>"))}
                </section>
                <section id="related">
                  <h2>Related entries</h2>
                  <ul>
            {Lines(page.Links.Select(Item))}
                  </ul>
                </section>
              </main>
              <footer><p>{Encode(CatalogueText.LibraryName)}</p></footer>
            </body>
            </html>

            """;

        string Item(PageLink link) =>
            $"""        <li><a href="{Encode(link.Href(page.Path, origin))}">{Encode(link.Text)}</a></li>""";
    }

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines);

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
