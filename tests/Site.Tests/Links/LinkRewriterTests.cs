using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Site.Links;
using Site.Pages;

namespace Site.Tests.Links;

public class LinkRewriterTests
{
    [Theory]
    [InlineData("other.md", "other.html")]
    [InlineData("other.md#a-part", "other.html#a-part")]
    [InlineData("../index.md", "../index.html")]
    [InlineData("../io/lines.md", "../io/lines.html")]
    [InlineData("../../CHANGELOG.md#b", "../changelog.html#b")]
    [InlineData("../testing/", "../testing/index.html")]
    [InlineData("picture.svg", "picture.svg")]
    [InlineData("#here", "#here")]
    [InlineData("https://example.org/a.md", "https://example.org/a.md")]
    [InlineData("missing.md", "missing.md")]
    [InlineData("../../src/Missing.cs", "../../src/Missing.cs")]
    public void Link_LeadsToThePage(string link, string expected) => Assert.Equal(expected, Rewrite(link).Link);

    [Fact]
    public void Link_OutOfDocs_IsPlainText_WhereTheRepositoryIsNotOnTheWeb()
    {
        (string? link, Page page, _) = Rewrite("../../src/A.cs");

        Assert.Null(link);
        ContainerInline shown = page.Document.OfType<ParagraphBlock>().Single().Inline!;
        Assert.Equal("Look: text.", string.Concat(shown.OfType<LiteralInline>().Select(part => $"{part.Content}")));
        Assert.Contains(
            page.Document.Descendants<HtmlInline>(), tag => tag.Tag.Contains("src/A.cs", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("../../src/A.cs#L3", "https://example.org/kit/blob/main/src/A.cs#L3")]
    [InlineData("../../src", "https://example.org/kit/tree/main/src")]
    public void Link_OutOfDocs_LeadsToTheRepositoryOnTheWeb(string link, string expected) =>
        Assert.Equal(expected, Rewrite(link, "https://example.org/kit").Link);

    [Fact]
    public void TheUrlOfTheBuildFiles_IsThatOfTheRepository()
    {
        using var folder = new TemporaryFolder(
            ("src/Directory.Build.props", "<P><RepositoryUrl>https://example.org/kit/</RepositoryUrl></P>"));

        Assert.Equal("https://example.org/kit/blob/main/a.cs", new Repository(folder.Path).AddressOf("a.cs"));
    }

    [Fact]
    public void Images_AreKept() => Assert.Equal(["docs/concepts/picture.svg"], Rewrite("picture.svg").Assets);

    private static (string? Link, Page Page, IEnumerable<string> Assets) Rewrite(string link, string? url = null)
    {
        using var folder = new TemporaryFolder(("src/A.cs", ""), ("docs/concepts/picture.svg", "<svg/>"));
        var page = Page.Parse("docs/concepts/page.md", $"# Page\n\nLook: [text]({link}).");
        string[] others =
        [
            "docs/index.md", "docs/concepts/other.md", "docs/io/lines.md", "docs/testing/index.md", "CHANGELOG.md",
        ];
        var pages = new PageSet(others.Select(source => Page.Parse(source, "# Other")).Append(page));
        var rewriter = new LinkRewriter(pages, new Repository(folder.Path, url is null ? null : new Uri(url)));

        rewriter.Rewrite(page);

        return (page.Document.Descendants<LinkInline>().SingleOrDefault()?.Url, page, rewriter.Assets);
    }
}
