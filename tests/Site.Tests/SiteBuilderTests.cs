using Site.Links;

namespace Site.Tests;

public class SiteBuilderTests
{
    [Fact]
    public void TheDocumentation_HasNoBrokenLink()
    {
        using var output = new TemporaryFolder();
        string root = FindRoot(new DirectoryInfo(AppContext.BaseDirectory));

        BuildReport report = SiteBuilder.Build(new SiteOptions(root, output.Path));

        Assert.Empty(report.Broken);
        Assert.Equal(report.Pages, output.Files().Count(file => file.EndsWith(".html", StringComparison.Ordinal)));
        Assert.Contains("concepts/concurrency-vs-parallelism.svg", output.Files());
        Assert.DoesNotContain(
            output.Files(),
            file => File.ReadAllText(output.At(file)).Contains("<!-- snippet", StringComparison.Ordinal));
    }

    [Fact]
    public void APage_HasItsParts()
    {
        using var folder = new TemporaryFolder(
            ("docs/index.md", "# Start\n\nWhat \"this\" is.\n\n[a](concepts/a.md)"),
            ("docs/concepts/a.md", """
                # `A<T>`

                It is.

                ## One

                | a |
                |---|
                | b |

                ## Two

                ```csharp
                await x;
                ```
                """));

        SiteBuilder.Build(new SiteOptions(folder.Path, folder.At("out")));

        string page = File.ReadAllText(folder.At("out/concepts/a.html"));
        Assert.All(
            [
                "<html lang=\"en\">",
                "<title>A&lt;T&gt; · AsyncKit</title>",
                "<meta name=\"description\" content=\"It is.\">",
                "<link rel=\"stylesheet\" href=\"../site.css\">",
                "<a href=\"a.html\" aria-current=\"page\">A&lt;T&gt;</a>",
                "<a rel=\"prev\" href=\"../index.html\"><span>Previous</span> Start</a>",
                "<h2 id=\"one\"><a href=\"#one\">One</a></h2>",
                "<li><a href=\"#two\">Two</a></li>",
                "<div class=\"table\">",
                "<span class=\"k\">await</span> x;",
            ],
            part => Assert.Contains(part, page, StringComparison.Ordinal));
        Assert.Contains("content=\"What &quot;this&quot; is.\"", File.ReadAllText(folder.At("out/index.html")));
    }

    [Fact]
    public void ABrokenLink_IsNamedWithTheLineOfItsMarkdown_AndTheOldSiteStays()
    {
        using var folder = new TemporaryFolder(
            ("docs/index.md", "# Start\n\nWell.\n\n[a](missing.md) and [b](#nowhere)"), ("out/site.css", "old"));

        BuildReport report = SiteBuilder.Build(new SiteOptions(folder.Path, folder.At("out")));

        Assert.Equal(
            [
                new BrokenLink("docs/index.md", 5, "missing.md", "is not there"),
                new BrokenLink("docs/index.md", 5, "#nowhere", "names an anchor that index.html does not have"),
            ],
            report.Broken);
        Assert.Equal(["docs/index.md", "out/site.css"], folder.Files());
    }

    [Fact]
    public void ABadPage_LeavesNothingBehind()
    {
        using var folder = new TemporaryFolder(("docs/index.md", "# Start"), ("docs/bad.md", "No heading."));

        Assert.Throws<SiteException>(() => SiteBuilder.Build(new SiteOptions(folder.Path, folder.At("out"))));

        Assert.Equal(["docs/bad.md", "docs/index.md"], folder.Files());
    }

    private static string FindRoot(DirectoryInfo folder) =>
        File.Exists(Path.Combine(folder.FullName, "AsyncKit.sln")) ? folder.FullName : FindRoot(folder.Parent!);
}
