using System.Text.RegularExpressions;

namespace AsyncKit.Tests.Conventions;

/// <summary>Every public type and every concept has its place in the docs.</summary>
public partial class DocumentationTests
{
    private const string Index = "docs/index.md";
    private const string Readme = "README.md";
    private const string ConceptHead = "| Concept |";
    private const string NotWhen = "## When not to use this";

    public static TheoryData<string> Packages => new(Repository.Packages);

    [Theory]
    [MemberData(nameof(Packages))]
    public void EveryPublicType_HasARowInTheIndex(string package)
    {
        HashSet<string> listed = Rows().Select(row => row.Type).ToHashSet(StringComparer.Ordinal);
        Rule.Holds(
            $"every public type of {package} has a row in a table of {Index}",
            from type in PublicTypes(package)
            where !listed.Contains(type)
            select $"{type} has none",
            $"add the row | [`Type`](page.md) | what it is for | to {Index}, or make the type internal");
    }

    [Fact]
    public void EveryRow_NamesAPublicType()
    {
        HashSet<string> types = Repository.Packages.SelectMany(PublicTypes).ToHashSet(StringComparer.Ordinal);
        Rule.Holds(
            $"the rows of {Index} that link to a page of docs name public types",
            from row in Rows()
            where !types.Contains(row.Type)
            select $"{row.Place}: there is no public type {row.Type}",
            "write the name as in C#, with type parameters (Settled<T>), or take the row out");
    }

    [Fact]
    public void EveryRow_LinksToAPageWithAHeadingForTheType() => Rule.Holds(
        $"the page that {Index} names for a type has a heading with the type's name",
        from row in Rows()
        where !new MarkdownPage(row.Page).Headings.Any(heading => Names(heading, row.Type))
        select Repository.Has(row.Page)
            ? $"{row.Place}: {row.Page} has no heading with {row.Type}"
            : $"{row.Place}: {row.Page}, the page of {row.Type}, is not there",
        "write the heading, or link to the page that has it");

    [Fact]
    public void EveryPage_HasAPitfallALimitAndASnippet() => Rule.Holds(
        $"a page about a concept or a type has '## Pitfall: ...', '{NotWhen}' and a snippet",
        from path in Repository.Files("docs/concepts", ".md").Union(Rows().Select(row => row.Page))
        from missing in Missing(new MarkdownPage(path))
        select $"{path}: has no {missing}",
        "write what goes wrong most easily, what to use instead and when, and the shortest code that makes the point");

    [Fact]
    public void ConceptTables_AreTheSame()
    {
        string[] readme = [.. Concepts(Readme).Select(row => row.Replace("](docs/", "](", StringComparison.Ordinal))];
        string[] index = [.. Concepts(Index).Select(row => row.Replace("](../", "](", StringComparison.Ordinal))];
        Rule.Holds(
            $"{Readme} and {Index} have a table that begins with '{ConceptHead}', the same but for where links start",
            from row in Enumerable.Range(0, Math.Max(1, Math.Max(readme.Length, index.Length)))
            let first = readme.ElementAtOrDefault(row)
            let second = index.ElementAtOrDefault(row)
            where first is null || !string.Equals(first, second, StringComparison.Ordinal)
            select $"line {row + 1} of the tables: {first ?? "none"} in {Readme}, {second ?? "none"} in {Index}",
            "copy the row from the page that is right");
    }

    // That the targets are there, the tests of links find out.
    [Fact]
    public void EveryConcept_HasAPageAShowAndATest() => Rule.Holds(
        $"each row of the table of {Index} that begins with '{ConceptHead}' has links to a page, a chapter and a test",
        from row in Concepts(Index).Skip(2)
        let cells = row.Trim('|').Split('|', StringSplitOptions.TrimEntries)
        where cells.Length is not 5
            || cells[1].Length is 0
            || !cells[2].Contains("](concepts/", StringComparison.Ordinal)
            || !cells[3].Contains("](../samples/Tour/Chapters/", StringComparison.Ordinal)
            || !cells[4].Contains("](../tests/", StringComparison.Ordinal)
        select row,
        "fill the cells: concept, what to use, page, chapter of samples/Tour, test");

    // A nested type is shown with the type around it.
    private static IEnumerable<string> PublicTypes(string package) =>
        from type in PackageAssembly.Load(package).GetExportedTypes()
        where !type.IsNested
        select TypeText.Of(type);

    private static IEnumerable<(string Place, string Type, string Page)> Rows() =>
        from line in Repository.Lines(Index).Index()
        let row = Row.Match(line.Item)
        where row.Success
        let page = Repository.Resolve(Index, row.Groups["page"].Value)
        select ($"{Index}:{line.Index + 1}", row.Groups["type"].Value, page);

    private static IEnumerable<string> Missing(MarkdownPage page)
    {
        if (!page.Shown.Any(line => line.StartsWith("## Pitfall", StringComparison.Ordinal))) yield return "## Pitfall";
        if (!page.Shown.Any(line => line.TrimEnd() is NotWhen)) yield return NotWhen;
        if (!page.CodeBlocks.Any(block => block is { IsCSharp: true, Snippet: not null })) yield return "snippet";
    }

    private static IEnumerable<string> Concepts(string page) => new MarkdownPage(page).Shown
        .SkipWhile(line => !line.StartsWith(ConceptHead, StringComparison.Ordinal))
        .TakeWhile(line => line.StartsWith('|'));

    private static bool Names(string heading, string type) =>
        Regex.IsMatch(heading, $@"(?<![\w.]){Regex.Escape(type)}(?![\w<])", RegexOptions.None, TimeSpan.FromSeconds(1));

    // Rows that link out of docs, or name something dotted, are about other things: packages, samples.
    [GeneratedRegex(
        @"^\|\s*\[`(?<type>\w+(<[\w, ]+>)?)`\]\((?<page>(?!\.\./)[^)#]+)(#[^)]*)?\)\s*\|",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Row { get; }
}
