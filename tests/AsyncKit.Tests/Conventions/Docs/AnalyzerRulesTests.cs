using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace AsyncKit.Tests.Conventions;

/// <summary>The analyzers that a page recommends report what it says they find, and not what it says to write
/// instead.</summary>
public partial class AnalyzerRulesTests
{
    private const string Page = "docs/concepts/avoiding-blocking-calls.md";
    private const string Versions = "Directory.Packages.props";
    private const int StatementLine = 5;

    // What the statements of the table call.
    private const string Members =
        """
        internal sealed partial class Rows(Stream stream)
        {
            private Task<int> CountAsync(CancellationToken cancellationToken) => Task.FromResult(1);
            private ValueTask<int> NextAsync(CancellationToken cancellationToken) => new(1);
            private Task SaveAsync(CancellationToken cancellationToken) => Task.CompletedTask;
            private Task LoadAsync(string name, CancellationToken cancellationToken) => Task.CompletedTask;
            private Task<Stream> OpenAsync(CancellationToken cancellationToken) => Task.FromResult(stream);
        }
        """;

    private const string Parameters = "string path, byte[] buffer, List<string> names, IAsyncEnumerable<string> lines, "
        + "TimeSpan delay, TimeProvider timeProvider, CancellationToken token";

    private static readonly MarkdownPage _page = new(Page);

    [Fact]
    public void EveryRule_HasOneRow()
    {
        string[] set = [.. Rules()];
        string[] explained = [.. Rows().Select(row => row.Rule)];
        Assert.NotEmpty(set);
        Rule.Holds(
            $"{Page} sets each rule once, and explains it in one row",
            from rule in set.Union(explained, StringComparer.Ordinal)
            let settings = set.Count(rule.Equals)
            let rows = explained.Count(rule.Equals)
            where settings is not 1 || rows is not 1
            select $"{rule}: is set to warning {settings} times, and explained in {rows} rows",
            "write dotnet_diagnostic.ID.severity = warning, and the row | ID | `statement;` | `statement;` |");
    }

    [Fact]
    public void Packages_HaveTheVersionsOfTheRepository()
    {
        (string? Name, string? Version)[] ours = [.. Packages(Repository.Text(Versions), "PackageVersion")];
        Rule.Holds(
            $"{Page} names the versions of {Versions}",
            from package in Packages(Block("xml"), "PackageReference")
            where !ours.Contains(package)
            select $"{Page}: {package.Name} {package.Version}",
            $"copy the version from {Versions}");
    }

    [Fact]
    public async Task EveryRow_TellsWhatTheCompilerReports()
    {
        using var project = new AnalyzedProject(Block("xml"), Block("ini"));
        project.Write("Members.cs", Members);
        foreach ((string rule, string finds, string instead) in Rows())
        {
            project.Write($"{rule}.Finds.cs", Source($"{rule}FindsAsync", finds));
            project.Write($"{rule}.Instead.cs", Source($"{rule}InsteadAsync", instead));
        }

        string printed = await project.BuildAsync(TestContext.Current.CancellationToken);

        ILookup<string, string> reports = Reports(printed);
        Rule.Holds(
            $"what a row of {Page} finds is reported by its rule alone, and what stands instead by no rule of the page",
            from row in Rows()
            from violation in new[]
            {
                Difference($"{row.Rule}.Finds", row.Finds, [row.Rule]),
                Difference($"{row.Rule}.Instead", row.Instead, []),
            }
            where violation is not null
            select violation,
            $"correct the row, or choose another rule. The build printed:\n{printed}");

        string? Difference(string file, string statement, string[] expected) =>
            reports[file].Order(StringComparer.Ordinal).SequenceEqual(expected, StringComparer.Ordinal)
                ? null
                : $"{file}: `{statement}` is reported by [{string.Join(", ", reports[file])}]";
    }

    private static string Block(string language)
    {
        CodeBlock block =
            Assert.Single(_page.CodeBlocks, block => string.Equals(block.Info, language, StringComparison.Ordinal));
        return string.Join('\n', _page.Lines[(block.First + 1)..block.Last]);
    }

    private static IEnumerable<string> Rules() =>
        Setting.Matches(Block("ini")).Select(match => match.Groups["rule"].Value);

    private static IEnumerable<(string Rule, string Finds, string Instead)> Rows() =>
        from line in _page.Shown
        let row = Row.Match(line)
        where row.Success
        select (row.Groups["rule"].Value, row.Groups["finds"].Value, row.Groups["instead"].Value);

    private static IEnumerable<(string? Name, string? Version)> Packages(string xml, string element) =>
        from package in XDocument.Parse(xml).Descendants(element)
        select (package.Attribute("Include")?.Value, package.Attribute("Version")?.Value);

    private static string Source(string method, string statement) =>
        $$"""
        internal sealed partial class Rows
        {
            private async Task {{method}}({{Parameters}})
            {
        {{statement}}
            }
        }
        """;

    /// <summary>The rules of the page that were reported, by the file without its ending. The rule has its line behind
    /// it where that is not the line of the statement.</summary>
    private static ILookup<string, string> Reports(string printed)
    {
        HashSet<string> rules = Rules().ToHashSet(StringComparer.Ordinal);
        var reports =
            from report in Report.Matches(printed)
            let rule = report.Groups["rule"].Value
            where rules.Contains(rule)
            let line = int.Parse(report.Groups["line"].Value, CultureInfo.InvariantCulture)
            select (File: report.Groups["file"].Value, Rule: line is StatementLine ? rule : $"{rule} at line {line}");
        return reports.Distinct().ToLookup(report => report.File, report => report.Rule, StringComparer.Ordinal);
    }

    [GeneratedRegex(@"^dotnet_diagnostic\.(?<rule>\w+)\.severity = warning$",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline,
        1000)]
    private static partial Regex Setting { get; }

    [GeneratedRegex(@"^\| (?<rule>[A-Z]+\d+) \| `(?<finds>[^`]+)` \| `(?<instead>[^`]+)` \|$",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Row { get; }

    [GeneratedRegex(@"(?<file>\w+\.(Finds|Instead))\.cs\((?<line>\d+),\d+\): warning (?<rule>\w+):",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Report { get; }
}
