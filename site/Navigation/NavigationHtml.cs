using System.Net;
using System.Text;
using Site.Links;
using Site.Pages;

namespace Site.Navigation;

/// <summary>The ways from a page to others, without a script: what folds is a details element.</summary>
internal static class NavigationHtml
{
    // One chapter is no table of contents.
    private const int FewestChapters = 2;

    /// <summary>All pages by sections. That of the page is unfolded; on the first pages the next one is, too.</summary>
    public static string Sections(Page page, SiteMap map)
    {
        var html = new StringBuilder("""
            <nav aria-label="Pages">
            <details class="menu">
            <summary>All pages</summary>

            """);
        int current = map.Sections.Index().First(section => section.Item.Pages.Contains(page)).Index;
        foreach ((int index, Section section) in map.Sections.Index())
        {
            bool isOpen = index == current || (index is 1 && current is 0);
            html.Append(isOpen ? "<details open>" : "<details>")
                .Append("<summary>").Append(WebUtility.HtmlEncode(section.Title)).Append("</summary>\n<ul>\n");
            foreach (Page other in section.Pages) html.Append("<li>").Append(Link(page, other)).Append("</li>\n");
            html.Append("</ul>\n</details>\n");
        }

        return html.Append("</details>\n</nav>").ToString();
    }

    /// <summary>The pages before and behind, in the order to read them.</summary>
    public static string Neighbours(Page page, SiteMap map)
    {
        string before = map.Before(page) is { } previous ? Neighbour(page, previous, "prev", "Previous") : "";
        string after = map.After(page) is { } next ? Neighbour(page, next, "next", "Next") : "";
        return $"<nav class=\"neighbours\" aria-label=\"Previous and next page\">\n{before}{after}</nav>";
    }

    /// <summary>What is on the page.</summary>
    public static string Chapters(Page page)
    {
        if (page.Chapters.Count < FewestChapters) return "";
        IEnumerable<string> items = page.Chapters.Select(
            chapter => $"<li><a href=\"#{chapter.Id}\">{WebUtility.HtmlEncode(chapter.Title)}</a></li>\n");
        return $"""
            <nav class="chapters" aria-label="On this page">
            <p>On this page</p>
            <ul>
            {string.Concat(items)}</ul>
            </nav>
            """;
    }

    private static string Link(Page page, Page other)
    {
        string href = RelativePath.Between(page.Path, other.Path);
        string mark = other == page ? " aria-current=\"page\"" : "";
        return $"<a href=\"{href}\"{mark}>{WebUtility.HtmlEncode(other.Title)}</a>";
    }

    private static string Neighbour(Page page, Page other, string relation, string label)
    {
        string href = RelativePath.Between(page.Path, other.Path);
        return $"<a rel=\"{relation}\" href=\"{href}\"><span>{label}</span> {WebUtility.HtmlEncode(other.Title)}</a>\n";
    }
}
