using Site.Navigation;
using Site.Pages;

namespace Site.Tests.Navigation;

public class SiteMapTests
{
    private static readonly Page[] _pages =
    [
        Parse("CHANGELOG.md"),
        Parse("README.md"),
        Parse("docs/concepts/async.md"),
        Parse("docs/concepts/coroutines.md"),
        Parse("docs/design.md"),
        Parse("docs/index.md", "[d](design.md) [c](concepts/coroutines.md#a) [a](concepts/async.md)"),
        Parse("docs/io/lines.md"),
        Parse("docs/io/files.md"),
        Parse("docs/odd-ends/odd.md"),
        Parse("docs/testing/chaos.md"),
        Parse("docs/testing/index.md", "[t](test.md) [r](recipes.md)"),
        Parse("docs/testing/recipes.md"),
        Parse("docs/testing/test.md"),
    ];

    private readonly SiteMap _map = new(new PageSet(_pages));

    [Fact]
    public void Sections_ComeInReadingOrder_WithUnknownFoldersBehind() => Assert.Equal(
        ["Start here", "Concepts", "Files", "Testing", "Odd Ends", "More"],
        _map.Sections.Select(section => section.Title));

    [Fact]
    public void Pages_ComeAsTheIndexNamesThem_AndTheOthersLast() => Assert.Equal(
        ["docs/concepts/coroutines.md", "docs/concepts/async.md"], Sources("Concepts"));

    [Fact]
    public void TheIndexOfAFolder_ComesFirst_AndOrdersIt() => Assert.Equal(
        ["docs/testing/index.md", "docs/testing/test.md", "docs/testing/recipes.md", "docs/testing/chaos.md"],
        Sources("Testing"));

    [Fact]
    public void EveryPage_HasItsPlace_FromTheFirstToTheLast()
    {
        var walked = new List<Page>();
        for (Page? page = _map.Index; page is not null; page = _map.After(page)) walked.Add(page);

        Assert.Equal(_pages.Length, walked.Distinct().Count());
        Assert.Equal(walked[..^1], walked.Skip(1).Select(page => _map.Before(page)));
        Assert.Null(_map.Before(_map.Index));
        Assert.Equal("CHANGELOG.md", walked[^1].Source);
    }

    private IEnumerable<string> Sources(string section) =>
        _map.Sections.Single(other => string.Equals(other.Title, section, StringComparison.Ordinal))
            .Pages.Select(page => page.Source);

    private static Page Parse(string source, string text = "") => Page.Parse(source, $"# {source}\n\n{text}");
}
