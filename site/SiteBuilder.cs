using Site.Links;
using Site.Navigation;
using Site.Output;
using Site.Pages;
using Site.Styles;

namespace Site;

/// <summary>Makes the site: reads the pages, writes them to a folder beside the output, checks that, and moves it.
/// </summary>
public static class SiteBuilder
{
    /// <summary>Builds the site. It replaces the one in the output only when all of it is written and no link is
    /// broken.</summary>
    /// <param name="options">What to build it of, and where to.</param>
    /// <returns>What was written, or what is to be mended.</returns>
    /// <exception cref="SiteException">A page or the output cannot be used.</exception>
    public static BuildReport Build(SiteOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var repository = new Repository(options.Root, options.RepositoryUrl);
        PageSet pages = PageSet.Read(repository);
        var map = new SiteMap(pages);
        using var staged = new StagedFolder(options.Output, SiteStyle.FileName);

        var rewriter = new LinkRewriter(pages, repository);
        foreach (Page page in pages)
        {
            rewriter.Rewrite(page);
            staged.Write(page.Path, PageTemplate.ToHtml(page, map));
        }

        foreach (string asset in rewriter.Assets) staged.Copy(repository.FullPath(asset), PageSet.PathOf(asset));
        staged.Write(SiteStyle.FileName, SiteStyle.Text);

        LinkCheck check = LinkChecker.Check(staged.Path);
        if (check.Broken.Count is 0) staged.Publish();
        return new BuildReport(pages.Count, check.Links, [.. check.Broken.Select(broken => InSource(broken, pages))]);
    }

    // Who mends it, mends the Markdown. What is not written there is a fault of the template.
    private static BrokenLink InSource(BrokenLink broken, PageSet pages)
    {
        Page page = pages.Single(page => string.Equals(page.Path, broken.Page, StringComparison.Ordinal));
        return page.LineOf(broken.Target) is { } line ? broken with { Page = page.Source, Line = line } : broken;
    }
}
