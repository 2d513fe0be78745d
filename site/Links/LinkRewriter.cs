using System.Net;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Site.Pages;

namespace Site.Links;

/// <summary>Makes the links of the Markdown those of the site.</summary>
/// <param name="pages">The pages of the site.</param>
/// <param name="repository">What else there is to link to.</param>
public sealed class LinkRewriter(PageSet pages, Repository repository)
{
    private readonly SortedSet<string> _assets = new(StringComparer.Ordinal);

    /// <summary>The files of docs that are no pages and to which the rewritten pages link: images.</summary>
    public IReadOnlyCollection<string> Assets => _assets;

    /// <summary>Rewrites the links of a page. One that leads nowhere stays as it is, for the checker to find.</summary>
    /// <param name="page">The page.</param>
    public void Rewrite(Page page)
    {
        ArgumentNullException.ThrowIfNull(page);
        foreach (LinkInline link in page.Document.Descendants<LinkInline>().ToArray())
        {
            if (link.Url is [not ('#' or '/'), ..] && !link.Url.Contains(':')) Rewrite(page, link);
        }
    }

    private void Rewrite(Page page, LinkInline link)
    {
        string[] parts = link.Url!.Split('#', 2);
        string fragment = parts.Length > 1 ? $"#{parts[1]}" : "";
        string target = RelativePath.Resolve(page.Source, Uri.UnescapeDataString(parts[0]));
        if ((pages.Find(target) ?? pages.Find($"{target}/index.md")) is { } other)
        {
            link.Url = RelativePath.Between(page.Path, other.Path) + fragment;
        }
        else if (!repository.Has(target))
        {
            return;
        }
        else if (PageSet.IsInDocs(target))
        {
            _assets.Add(target);
            link.Url = RelativePath.Between(page.Path, PageSet.PathOf(target)) + fragment;
        }
        else if (repository.AddressOf(target) is { } address)
        {
            link.Url = address + fragment;
        }
        else
        {
            ReplaceByText(link, target);
        }
    }

    // The text says what it is, and the path where to find it.
    private static void ReplaceByText(LinkInline link, string path)
    {
        var text = new HtmlInline($"<span class=\"source\" title=\"{WebUtility.HtmlEncode(path)}\">");
        link.InsertBefore(text);
        link.InsertAfter(new HtmlInline("</span>"));
        link.MoveChildrenAfter(text);
        link.Remove();
    }
}
