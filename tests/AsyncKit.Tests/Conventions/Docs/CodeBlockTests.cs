namespace AsyncKit.Tests.Conventions;

/// <summary>What every fenced block of a page has.</summary>
public class CodeBlockTests
{
    [Fact]
    public void EveryBlock_NamesItsLanguage() => Rule.Holds(
        "every fenced block of a page names its language, so that it is coloured and C# is known for C#",
        from page in MarkdownPage.All()
        from block in page.CodeBlocks
        where block.Info.Length is 0
        select $"{page.Path}:{block.First + 1}: a block without a language",
        "write the language behind the fence: ```csharp, ```sh, or ```text for what is none");

    [Fact]
    public void EveryBlock_IsClosed() => Rule.Holds(
        "every fenced block of a page has a fence that closes it",
        from page in MarkdownPage.All()
        from block in page.CodeBlocks
        where !page.Closes(block)
        select $"{page.Path}:{block.First + 1}: nothing closes the block",
        "close it with a fence as long as the one that opens it");
}
