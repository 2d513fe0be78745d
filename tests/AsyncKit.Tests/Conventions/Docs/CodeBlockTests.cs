using System.Text.RegularExpressions;

namespace AsyncKit.Tests.Conventions;

/// <summary>What every fenced block of a page has.</summary>
public partial class CodeBlockTests
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

    // One in a quote, or on the line of a list's mark, would not be read as a block.
    [Fact]
    public void EveryFence_StartsItsLine() => Rule.Holds(
        "nothing but blanks stands before a fence",
        from page in MarkdownPage.All()
        from line in page.Prose.Index()
        where LateFence.IsMatch(line.Item)
        select $"{page.Path}:{line.Index + 1}: {line.Item.Trim()}",
        "take the block out of the quote, or begin it on a line of its own");

    [GeneratedRegex(@"^\s*([>*+-]|\d+[.)])[\s>]*(```|~~~)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LateFence { get; }
}
