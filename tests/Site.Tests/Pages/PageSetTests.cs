using Site.Pages;

namespace Site.Tests.Pages;

public class PageSetTests
{
    [Fact]
    public void Read_TakesDocsAndThePagesBesideIt()
    {
        using var folder = new TemporaryFolder(
            ("docs/index.md", "# Start"),
            ("docs/io/lines.md", "# Lines"),
            ("docs/io/picture.svg", "<svg/>"),
            ("CHANGELOG.md", "# Changelog"),
            ("src/README.md", "# A package"));

        PageSet pages = PageSet.Read(new Repository(folder.Path));

        Assert.Equal(
            ["CHANGELOG.md", "docs/index.md", "docs/io/lines.md"],
            pages.Select(page => page.Source).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Read_WhatIsNoUtf8_IsToldWithThePage()
    {
        using var folder = new TemporaryFolder(("docs/index.md", "# Start"));
        File.WriteAllBytes(folder.At("docs/bad.md"), [.. "# Caf"u8, 0xE9, .. "!"u8]);

        var e = Assert.Throws<SiteException>(() => PageSet.Read(new Repository(folder.Path)));

        Assert.Contains("docs/bad.md", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NoIndex_IsAnError() =>
        Assert.Throws<SiteException>(() => new PageSet([Page.Parse("docs/a.md", "# A")]));

    [Fact]
    public void TwoPagesForOnePlace_AreBothNamed()
    {
        var e = Assert.Throws<SiteException>(() => new PageSet(
        [
            Page.Parse("docs/index.md", "# Start"),
            Page.Parse("README.md", "# A"),
            Page.Parse("docs/readme.md", "# B"),
        ]));

        Assert.Contains("README.md and docs/readme.md", e.Message, StringComparison.Ordinal);
    }
}
