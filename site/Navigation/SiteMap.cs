using System.Globalization;
using Site.Links;
using Site.Pages;

namespace Site.Navigation;

/// <summary>The order in which the pages are to be read: a section for each folder of docs.</summary>
public sealed class SiteMap
{
    private const string Start = "Start here";
    private const string More = "More";

    // Folders that are not named here come behind those that are, by their name.
    private static readonly (string Folder, string Title)[] _known =
    [
        ("concepts", "Concepts"),
        ("concurrency", "Concurrency"),
        ("synchronization", "Synchronization"),
        ("timing", "Timing"),
        ("errors", "Errors"),
        ("io", "Files"),
        ("http", "HTTP"),
        ("testing", "Testing"),
        ("diagnostics", "Diagnostics"),
    ];

    private readonly List<Page> _order;

    /// <summary>Brings pages into their order.</summary>
    /// <param name="pages">The pages.</param>
    public SiteMap(PageSet pages)
    {
        ArgumentNullException.ThrowIfNull(pages);
        Index = pages.Index;
        Sections =
        [
            .. pages.GroupBy(page => SectionOf(page, pages))
                .OrderBy(section => section.Key.Rank)
                .ThenBy(section => section.Key.Title, StringComparer.Ordinal)
                .Select(section => new Section(section.Key.Title, InReadingOrder(section, pages))),
        ];
        _order = [.. Sections.SelectMany(section => section.Pages)];
    }

    /// <summary>The first page.</summary>
    public Page Index { get; }

    /// <summary>The sections, in order.</summary>
    public IReadOnlyList<Section> Sections { get; }

    /// <summary>The page to read before.</summary>
    /// <param name="page">A page.</param>
    /// <returns>The page before it, or <see langword="null"/> where it is the first.</returns>
    public Page? Before(Page page) => _order.ElementAtOrDefault(_order.IndexOf(page) - 1);

    /// <summary>The page to read next.</summary>
    /// <param name="page">A page.</param>
    /// <returns>The page behind it, or <see langword="null"/> where it is the last.</returns>
    public Page? After(Page page) => _order.ElementAtOrDefault(_order.IndexOf(page) + 1);

    private static (int Rank, string Title) SectionOf(Page page, PageSet pages)
    {
        if (page == pages.Index || page.Source is "README.md") return (-1, Start);
        if (page.Source.Split('/') is not ["docs", var folder, _, ..]) return (int.MaxValue, More);
        int rank = Array.FindIndex(_known, known => string.Equals(known.Folder, folder, StringComparison.Ordinal));
        return rank < 0
            ? (_known.Length, CultureInfo.InvariantCulture.TextInfo.ToTitleCase(folder.Replace('-', ' ')))
            : (rank, _known[rank].Title);
    }

    // As the index of the folder names them, or else that of all; what neither names comes last, by its name.
    private static List<Page> InReadingOrder(IEnumerable<Page> section, PageSet pages)
    {
        Page[] members = [.. section];
        Page? own = members.FirstOrDefault(page => page.Source.EndsWith("/index.md", StringComparison.Ordinal));
        string[] mentions =
        [
            .. from index in new[] { own, pages.Index }
               where index is not null
               from target in index.Links.Select(link => RelativePath.Resolve(index.Source, link.Split('#')[0]))
                   .Prepend(index.Source)
               select target,
        ];
        return
        [
            .. from page in members
               let mention = Array.IndexOf(mentions, page.Source)
               orderby mention < 0 ? int.MaxValue : mention
               select page,
        ];
    }
}
