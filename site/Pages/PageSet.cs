using System.Collections;
using System.Text;

namespace Site.Pages;

/// <summary>All pages of the site.</summary>
public sealed class PageSet : IReadOnlyCollection<Page>
{
    private const string Docs = "docs";

    // A byte that is no text is an error of the page, not a mark in the site.
    private static readonly UTF8Encoding _strict = new(false, throwOnInvalidBytes: true);
    private readonly Dictionary<string, Page> _pages;

    /// <summary>Makes a site of pages.</summary>
    /// <param name="pages">The pages, docs/index.md among them.</param>
    /// <exception cref="SiteException">There is no first page, or two would be written to the same place.</exception>
    public PageSet(IEnumerable<Page> pages)
    {
        _pages = pages.ToDictionary(page => page.Source, StringComparer.Ordinal);
        Index = Find($"{Docs}/index.md")
            ?? throw new SiteException($"There is no {Docs}/index.md, which is the first page of the site.");
        foreach (IGrouping<string, Page> place in _pages.Values.GroupBy(page => page.Path, StringComparer.Ordinal))
        {
            if (place.Skip(1).Any())
                throw new SiteException($"{string.Join(" and ", place.Select(page => page.Source))} are one page.");
        }
    }

    /// <summary>The first page.</summary>
    public Page Index { get; }

    /// <summary>How many there are.</summary>
    public int Count => _pages.Count;

    /// <summary>Reads docs, and the pages beside it.</summary>
    /// <param name="repository">Where they are.</param>
    /// <returns>The pages.</returns>
    /// <exception cref="SiteException">There is no docs folder, or a page of it cannot be used.</exception>
    public static PageSet Read(Repository repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        if (!repository.Has(Docs)) throw new SiteException($"There is no folder '{repository.FullPath(Docs)}'.");
        return new PageSet(
            from source in repository.Files(Docs, "*.md", SearchOption.AllDirectories)
                .Concat(repository.Files("", "*.md", SearchOption.TopDirectoryOnly))
            select Page.Parse(source, Text(repository, source)));
    }

    /// <summary>Where a file of the repository is in the site: docs is its root.</summary>
    /// <param name="source">The path from the root of the repository.</param>
    /// <returns>The path from the root of the site.</returns>
    public static string PathOf(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (!source.EndsWith(".md", StringComparison.Ordinal)) return source[(Docs.Length + 1)..];
        string html = source[..^"md".Length] + "html";
        return IsInDocs(source) ? html[(Docs.Length + 1)..] : html.ToLowerInvariant();
    }

    /// <summary>Whether a file lies in docs.</summary>
    /// <param name="source">The path from the root of the repository.</param>
    /// <returns>Whether it does.</returns>
    public static bool IsInDocs(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.StartsWith($"{Docs}/", StringComparison.Ordinal);
    }

    /// <summary>The page that is made of a file.</summary>
    /// <param name="source">The path from the root of the repository.</param>
    /// <returns>The page, or <see langword="null"/> where there is none.</returns>
    public Page? Find(string source) => _pages.GetValueOrDefault(source);

    /// <inheritdoc/>
    public IEnumerator<Page> GetEnumerator() => _pages.Values.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static string Text(Repository repository, string source)
    {
        try
        {
            return File.ReadAllText(repository.FullPath(source), _strict);
        }
        catch (DecoderFallbackException)
        {
            throw new SiteException($"{source} is not written in UTF-8.");
        }
    }
}
