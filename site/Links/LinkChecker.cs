namespace Site.Links;

/// <summary>Follows every link of a folder of pages, as from a disk or from any folder of a server.</summary>
public sealed class LinkChecker
{
    private readonly HashSet<string> _files;
    private readonly Dictionary<string, WrittenPage> _pages;

    private LinkChecker(string folder)
    {
        _files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
            .ToHashSet(StringComparer.Ordinal);
        _pages = _files.Where(file => file.EndsWith(".html", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .ToDictionary(
                file => file,
                file => WrittenPage.Read(File.ReadAllText(Path.Combine(folder, file))),
                StringComparer.Ordinal);
    }

    /// <summary>Checks that each link, image and style sheet is there, with the anchor that is named, and that no page
    /// has two places with one id. What is on the web is not asked for.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>What was found, by page and line.</returns>
    public static LinkCheck Check(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var checker = new LinkChecker(folder);
        IEnumerable<BrokenLink> broken =
            checker._pages.Keys.SelectMany(page => checker.Find(page).OrderBy(link => link.Line));
        return new LinkCheck(checker._pages.Values.Sum(page => page.Links.Count), [.. broken]);
    }

    private IEnumerable<BrokenLink> Find(string page)
    {
        IEnumerable<BrokenLink> links =
            from link in _pages[page].Links
            let problem = FindProblem(page, link.Target)
            where problem is not null
            select new BrokenLink(page, link.Line, link.Target, problem);
        return links.Concat(_pages[page].Repeated.Select(
            id => new BrokenLink(page, id.Line, id.Target, "is the id of two places")));
    }

    private string? FindProblem(string page, string link)
    {
        if (IsElsewhere(link)) return null;
        string[] parts = link.Split('#', 2);
        string path = Uri.UnescapeDataString(parts[0]);
        string target = path.Length is 0 ? page : RelativePath.Resolve(page, path);
        if (path.StartsWith('/') || path.Contains(':') || target.StartsWith("..", StringComparison.Ordinal))
            return "leads out of the site";
        if (!_files.Contains(target)) return "is not there";
        if (parts.Length is 1 || parts[1].Length is 0) return null;
        bool hasAnchor = _pages.GetValueOrDefault(target)?.Ids.Contains(Uri.UnescapeDataString(parts[1])) ?? false;
        return hasAnchor ? null : $"names an anchor that {target} does not have";
    }

    // What is part of the page itself, or somebody else's.
    private static bool IsElsewhere(string link) =>
        Uri.TryCreate(link, UriKind.Absolute, out Uri? uri) && uri.Scheme is "https" or "http" or "mailto" or "data";
}
