using Site.Links;

namespace Site.Tests.Links;

public class LinkCheckerTests
{
    [Fact]
    public void WhatLeadsSomewhere_IsCounted()
    {
        LinkCheck check = Check("""
            <link href="site.css"><h2 id="here">Here</h2>
            <a href="#here"></a> <a href="#"></a> <a href="io/a.html#caf%C3%A9"></a> <img src="a%20b.svg">
            <a href="https://example.org/x.html#y"></a> <link href="data:,">
            """);

        Assert.Empty(check.Broken);
        Assert.Equal(7 + 1, check.Links);
    }

    [Theory]
    [InlineData("""<a href="missing.html">""", "missing.html", "is not there")]
    [InlineData("""<a href="io">""", "io", "is not there")]
    [InlineData("""<a href="IO/a.html">""", "IO/a.html", "is not there")]
    [InlineData("""<img src="missing.svg">""", "missing.svg", "is not there")]
    [InlineData("""<a href="#nowhere">""", "#nowhere", "names an anchor that index.html does not have")]
    [InlineData("""<a href="io/a.html#no">""", "io/a.html#no", "names an anchor that io/a.html does not have")]
    [InlineData("""<a href="site.css#no">""", "site.css#no", "names an anchor that site.css does not have")]
    [InlineData("""<a href="../src/A.cs">""", "../src/A.cs", "leads out of the site")]
    [InlineData("""<a href="io/../../x.html">""", "io/../../x.html", "leads out of the site")]
    [InlineData("""<a href="/index.html">""", "/index.html", "leads out of the site")]
    [InlineData("""<a href="file:///etc/hosts">""", "file:///etc/hosts", "leads out of the site")]
    [InlineData("""<i id="a"></i><b id="a"></b>""", "a", "is the id of two places")]
    public void WhatDoesNot_IsNamedWithPageAndLine(string html, string target, string problem) =>
        Assert.Equal([new BrokenLink("index.html", 2, target, problem)], Check($"<p>A line.</p>\n{html}").Broken);

    private static LinkCheck Check(string index)
    {
        using var folder = new TemporaryFolder(
            ("index.html", index),
            ("io/a.html", """<h2 id="café">Café</h2><a href="../index.html">back</a>"""),
            ("site.css", ""),
            ("a b.svg", "<svg/>"));
        return LinkChecker.Check(folder.Path);
    }
}
