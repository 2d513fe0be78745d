using Site.Output;

namespace Site.Tests.Output;

public class StagedFolderTests
{
    private const string Mark = "site.css";

    [Fact]
    public void WhatIsNotPublished_LeavesNothingBehind()
    {
        using var folder = new TemporaryFolder(("site/site.css", "old"));

        using (var staged = new StagedFolder(folder.At("site"), Mark)) staged.Write("site.css", "new");

        Assert.Equal(["site/site.css"], folder.Files());
        Assert.Equal("old", File.ReadAllText(folder.At("site/site.css")));
    }

    [Fact]
    public void Publish_ReplacesTheSiteAsAWhole()
    {
        using var folder = new TemporaryFolder(("site/site.css", ""), ("site/old.html", ""), ("picture.svg", "<svg/>"));

        using (var staged = new StagedFolder(folder.At("site") + "/", Mark))
        {
            staged.Write("a/b.html", "new");
            staged.Copy(folder.At("picture.svg"), "a/picture.svg");
            staged.Publish();
        }

        Assert.Equal(["picture.svg", "site/a/b.html", "site/a/picture.svg"], folder.Files());
    }

    [Theory]
    [InlineData("kept")]
    [InlineData("kept/thesis.txt")]
    public void WhatIsNoSite_IsNotReplaced(string target)
    {
        using var folder = new TemporaryFolder(("kept/thesis.txt", "years of work"));

        Assert.Throws<SiteException>(() => new StagedFolder(folder.At(target), Mark).Dispose());

        Assert.Equal(["kept/thesis.txt"], folder.Files());
    }
}
