namespace AsyncKit.Tests.Conventions;

/// <summary>Every page can be found, and every link leads somewhere.</summary>
public class LinkTests
{
    private static readonly Lazy<Dictionary<string, MarkdownPage>> _pages =
        new(() => MarkdownPage.All().ToDictionary(page => page.Path, StringComparer.Ordinal));

    [Fact]
    public void EveryRelativeLink_LeadsSomewhere() => Rule.Holds(
        "every relative link leads to a file and, after '#', to a heading of it",
        from page in _pages.Value.Values
        from link in page.Links
        let problem = Problem(page, link.Target)
        where problem is not null
        select $"{link.Place}: ({link.Target}) {problem}",
        "correct the link, or write what it promises");

    [Fact]
    public void EveryPageOfTheDocs_CanBeReachedFromTheReadme()
    {
        HashSet<string> reached = ["README.md"];
        var toRead = new Queue<string>(reached);
        while (toRead.TryDequeue(out string? path))
        {
            if (!_pages.Value.TryGetValue(path, out MarkdownPage? page)) continue;
            foreach (string next in page.Links.Select(link => PageOf(page, link.Target)).Where(reached.Add))
                toRead.Enqueue(next);
        }

        Rule.Holds(
            "a reader who follows the links from README.md comes to every page under docs",
            from path in _pages.Value.Keys
            where path.StartsWith("docs/", StringComparison.Ordinal) && !reached.Contains(path)
            select $"{path}: no page that is reached links to it",
            "link it from docs/index.md or from the page it belongs to");
    }

    private static string? Problem(MarkdownPage page, string target)
    {
        string path = PageOf(page, target);
        if (path.StartsWith("../", StringComparison.Ordinal)) return "leads out of the repository";
        if (!Repository.Has(path)) return $"leads to {path}, which is not there";
        string anchor = target.Split('#') is [_, var text, ..] ? Uri.UnescapeDataString(text) : "";
        if (anchor.Length is 0 || !_pages.Value.TryGetValue(path, out MarkdownPage? goal)) return null;
        return goal.Anchors.Contains(anchor)
            ? null
            : $"leads to no heading of {path}, which has #{string.Join(", #", goal.Anchors)}";
    }

    /// <summary>The file a link leads to; for a folder that has a README.md, that page, as GitHub shows it.</summary>
    private static string PageOf(MarkdownPage page, string target)
    {
        string path = Uri.UnescapeDataString(target.Split('#')[0]);
        if (path.Length is 0) return page.Path;
        string resolved = Repository.Resolve(page.Path, path);
        string readme = $"{resolved}/README.md";
        return Repository.Has(readme) ? readme : resolved;
    }
}
