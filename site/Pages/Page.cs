using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Site.Pages;

/// <summary>A page, and what its Markdown says of it.</summary>
public sealed class Page
{
    private const int DescriptionLimit = 160;

    private Page(string source, MarkdownDocument document, string title)
    {
        Source = source;
        Path = PageSet.PathOf(source);
        Document = document;
        Title = title;
        Description = Describe(document) ?? title;
        Chapters =
        [
            .. from heading in document.Descendants<HeadingBlock>()
               where heading.Level is 2
               select new Chapter(MarkdownText.IdOf(heading), MarkdownText.Plain(heading.Inline)),
        ];
        Links = [.. document.Descendants<LinkInline>().Select(link => link.Url ?? "")];
    }

    /// <summary>The path of the Markdown from the root of the repository.</summary>
    public string Source { get; }

    /// <summary>The path of the page from the root of the site.</summary>
    public string Path { get; }

    /// <summary>What there is to show.</summary>
    public MarkdownDocument Document { get; }

    /// <summary>The heading of the page, without marks.</summary>
    public string Title { get; }

    /// <summary>The first paragraph, without marks; as much of it as search engines show.</summary>
    public string Description { get; }

    /// <summary>The headings of the second level.</summary>
    public IReadOnlyList<Chapter> Chapters { get; }

    /// <summary>Where its links lead, as it is written in the Markdown.</summary>
    public IReadOnlyList<string> Links { get; }

    /// <summary>Reads a page. Comments are left out.</summary>
    /// <param name="source">The path of the Markdown from the root of the repository.</param>
    /// <param name="markdown">The text.</param>
    /// <returns>The page.</returns>
    /// <exception cref="SiteException">It has no heading of the first level.</exception>
    public static Page Parse(string source, string markdown)
    {
        MarkdownDocument document = MarkdownText.Parse(markdown);
        HeadingBlock title = document.OfType<HeadingBlock>().FirstOrDefault(heading => heading.Level is 1)
            ?? throw new SiteException($"{source} has no heading '# ...', which is its title.");
        return new Page(source, document, MarkdownText.Plain(title.Inline));
    }

    /// <summary>The line of the Markdown in which a link or an anchor stands.</summary>
    /// <param name="target">Where the link of the page leads, or the id of a heading.</param>
    /// <returns>The line, from 1, or <see langword="null"/> where it is not in the Markdown.</returns>
    public int? LineOf(string target)
    {
        IEnumerable<MarkdownObject> links =
            Document.Descendants<LinkInline>().Where(link => string.Equals(link.Url, target, StringComparison.Ordinal));
        IEnumerable<MarkdownObject> headings = Document.Descendants<HeadingBlock>()
            .Where(heading => string.Equals(MarkdownText.IdOf(heading), target, StringComparison.Ordinal));
        return links.Concat(headings).FirstOrDefault() is { } found ? found.Line + 1 : null;
    }

    private static string? Describe(MarkdownDocument document)
    {
        if (document.OfType<ParagraphBlock>().FirstOrDefault() is not { } paragraph) return null;
        string text = MarkdownText.Plain(paragraph.Inline);
        if (text.Length <= DescriptionLimit) return text;
        int end = text.LastIndexOf(' ', DescriptionLimit - 1);
        return $"{text[..(end > 0 ? end : DescriptionLimit - 1)].TrimEnd(',', ':', ';', '.')}…";
    }
}
