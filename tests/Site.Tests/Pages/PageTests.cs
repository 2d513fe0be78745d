using Markdig.Syntax;
using Site.Pages;

namespace Site.Tests.Pages;

public class PageTests
{
    [Fact]
    public void Path_IsThatOfTheMarkdownInDocs()
    {
        Assert.Equal("concepts/testing.html", Page.Parse("docs/concepts/testing.md", "# Testing").Path);
        Assert.Equal("index.html", Page.Parse("docs/index.md", "# Start").Path);
        Assert.Equal("changelog.html", Page.Parse("CHANGELOG.md", "# Changelog").Path);
    }

    [Fact]
    public void Chapters_HaveTheAnchorsOfGitHub()
    {
        var page = Page.Parse("docs/a.md", """
            # A
            ## `Settled<T>`, and what it *is*
            ### Below
            ## Pitfall: a `lock`
            ## Pitfall: a `lock`
            """);

        Assert.Equal(
            [
                new Chapter("settledt-and-what-it-is", "Settled<T>, and what it is"),
                new Chapter("pitfall-a-lock", "Pitfall: a lock"),
                new Chapter("pitfall-a-lock-1", "Pitfall: a lock"),
            ],
            page.Chapters);
    }

    [Fact]
    public void Title_IsTheFirstHeadingWithoutMarks() =>
        Assert.Equal("SingleFlight<TKey, T>", Page.Parse("docs/a.md", "# `SingleFlight<TKey, T>`").Title);

    [Fact]
    public void Description_IsTheFirstParagraph_CutBetweenWords()
    {
        const string Long = "words of a sentence that goes on and on, ";

        Assert.Equal("A `lock` & more".Replace("`", "", StringComparison.Ordinal), Describe("A `lock`\n& more"));
        string cut = Describe(string.Concat(Enumerable.Repeat(Long, 10)));
        Assert.InRange(cut.Length, 100, 160);
        Assert.Matches(@"\w…$", cut);

        static string Describe(string text) => Page.Parse("docs/a.md", $"# A\n\n{text}\n\nMore.").Description;
    }

    [Fact]
    public void Comments_AreLeftOut()
    {
        var page = Page.Parse("docs/a.md", "# A\n\n<!-- snippet: a -->\n```csharp\nx();\n```\n\nText <!-- b --> on.");

        Assert.Empty(page.Document.Descendants<HtmlBlock>());
        Assert.Equal("Text  on.", page.Description);
    }

    [Fact]
    public void LineOf_IsThatOfTheMarkdown()
    {
        var page = Page.Parse("docs/a.md", "# A\n\n| a |\n|---|\n| [b](b.md) |\n\n## C");

        Assert.Equal(5, page.LineOf("b.md"));
        Assert.Equal(7, page.LineOf("c"));
        Assert.Null(page.LineOf("d.md"));
    }

    [Fact]
    public void NoTitle_IsToldWithThePage()
    {
        var e = Assert.Throws<SiteException>(() => Page.Parse("docs/a.md", "## Only a chapter"));

        Assert.Contains("docs/a.md", e.Message, StringComparison.Ordinal);
    }
}
