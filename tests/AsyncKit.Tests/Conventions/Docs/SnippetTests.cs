using System.Text.RegularExpressions;

namespace AsyncKit.Tests.Conventions;

/// <summary>The C# that the pages show is code that was compiled and run.</summary>
public partial class SnippetTests
{
    private static readonly Lazy<Snippet[]> _snippets = new(() => [.. Snippet.All()]);

    [Fact]
    public void EveryCSharpBlock_IsARegionWordForWord()
    {
        List<string> violations = [];
        foreach (MarkdownPage page in Pages())
        {
            if (Repository.IsUpdating) Update(page);
            else violations.AddRange(CSharpBlocks(page).Select(block => Problem(page, block)).OfType<string>());
        }

        Rule.Holds(
            $"every C# block of a page is a region of {Snippet.Folder}, word for word",
            violations,
            $"change the code in {Snippet.Folder}, put <!-- snippet: name --> in the line above ```csharp, and run "
                + "`UPDATE=1 dotnet test tests/AsyncKit.Tests`, which copies it into the page");
    }

    [Fact]
    public void EveryMarker_StandsAboveABlock() => Rule.Holds(
        "<!-- snippet: name --> stands directly above a C# block",
        from page in Pages()
        from line in page.Prose.Index()
        where Marker.IsMatch(line.Item)
        where !CSharpBlocks(page).Any(block => block.First == line.Index + 1 && block.Snippet is not null)
        select $"{page.Path}:{line.Index + 1}: {line.Item.Trim()}",
        "put ```csharp in the line below, and write the marker as it stands here; or take it out");

    [Fact]
    public void EveryRegion_HasANameOfItsOwn() => Rule.Holds(
        $"no two regions of {Snippet.Folder} have the same name",
        from namesakes in _snippets.Value.GroupBy(snippet => snippet.Name, StringComparer.Ordinal)
        where namesakes.Count() > 1
        select $"'{namesakes.Key}': {string.Join(", ", namesakes.Select(snippet => snippet.Place))}",
        "rename all but one");

    [Fact]
    public void EveryRegion_IsShown()
    {
        HashSet<string> shown =
            Pages().SelectMany(CSharpBlocks).Select(block => block.Snippet ?? "").ToHashSet(StringComparer.Ordinal);
        Rule.Holds(
            $"every region of {Snippet.Folder} is shown by a page",
            from snippet in _snippets.Value
            where !shown.Contains(snippet.Name)
            select $"{snippet.Place}: no page shows '{snippet.Name}'",
            "show it with <!-- snippet: name --> and a ```csharp block below, or take the region out");
    }

    [Fact]
    public void EveryRegion_IsRunByATest() => Rule.Holds(
        $"every region of {Snippet.Folder} lies in a method marked [Fact] or [Theory], or holds one",
        from snippet in _snippets.Value
        where !snippet.IsTested
        select $"{snippet.Place}: no test runs '{snippet.Name}'",
        "make it the body of a test, with the asserts below the region");

    [Fact]
    public void Tests_AreNeverLeftOut() => Rule.Holds(
        $"no test of {Snippet.Folder} is skipped or explicit, for then its regions are not run",
        from file in SourceFile.Under(Snippet.Folder)
        from found in file.Find(LeftOut)
        select $"{found.Place}: {found.Match.Value.Trim()}",
        "let the test run always; what needs a certain machine is not for a page");

    // CONTRIBUTING.md shows how to write code, not how to use it.
    private static IEnumerable<MarkdownPage> Pages() =>
        MarkdownPage.All().Where(page => page.Path is not "CONTRIBUTING.md");

    private static IEnumerable<CodeBlock> CSharpBlocks(MarkdownPage page) =>
        page.CodeBlocks.Where(block => block.IsCSharp);

    private static Snippet? Find(string? name) =>
        _snippets.Value.FirstOrDefault(snippet => string.Equals(snippet.Name, name, StringComparison.Ordinal));

    private static string? Problem(MarkdownPage page, CodeBlock block)
    {
        var place = $"{page.Path}:{block.First + 1}";
        if (block.Info is not "csharp") return $"{place}: the block is marked '{block.Info}' instead of 'csharp'";
        if (block.Snippet is not { } name) return $"{place}: no snippet is named in the line above";
        if (Find(name) is not { } snippet) return $"{place}: there is no region '{name}' in {Snippet.Folder}";

        string[] shown = page.Lines[(block.First + 1)..block.Last];
        string[] expected = [.. Indented(snippet, block)];
        if (shown.SequenceEqual(expected, StringComparer.Ordinal)) return null;
        int same = shown.Zip(expected, string.Equals).TakeWhile(equal => equal).Count();
        return $"{page.Path}:{block.First + 2 + same}: differs from {snippet.Place}: "
            + $"'{shown.ElementAtOrDefault(same)?.Trim()}' instead of '{expected.ElementAtOrDefault(same)?.Trim()}'";
    }

    private static void Update(MarkdownPage page)
    {
        List<string> lines = [.. page.Lines];
        foreach (CodeBlock block in CSharpBlocks(page).Reverse())
        {
            if (!page.Closes(block) || Find(block.Snippet) is not { } snippet) continue;
            lines.RemoveRange(block.First + 1, block.Last - block.First - 1);
            lines.InsertRange(block.First + 1, Indented(snippet, block));
        }

        if (!lines.SequenceEqual(page.Lines, StringComparer.Ordinal)) Repository.Write(page.Path, lines);
    }

    private static IEnumerable<string> Indented(Snippet snippet, CodeBlock block) =>
        snippet.Code.Select(line => line.Length is 0 ? line : block.Indent + line);

    // What is meant for a marker, however it is written. One inside a code span is talked about.
    [GeneratedRegex(@"(?<!`)<!--\s*snippet\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Marker { get; }

    // [Fact(Skip = "...")], [Theory(Explicit = true)], [InlineData(1, Skip = "...")], Assert.SkipWhen(...).
    [GeneratedRegex(@"\b(Skip\w*|Explicit)\s*=(?!=).*|\bAssert\.Skip.*", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LeftOut { get; }
}
