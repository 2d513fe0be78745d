using System.Text.RegularExpressions;

namespace AsyncKit.Tests.Conventions;

/// <summary>Which folder of src/AsyncKit may use which, as docs/design.md says, held against the sources.</summary>
public class ImportGraphTests
{
    private const string Design = "docs/design.md";
    private const string Heading = "## Folders of the core";

    private static readonly Dictionary<string, string[]> _mayUse = FolderTable();
    private static readonly string _folders = string.Join('|', _mayUse.Keys);

    public static TheoryData<string> Folders => new(_mayUse.Keys);

    [Fact]
    public void EveryFile_LiesInAFolderOfTheTable() => Rule.Holds(
        $"every file of src/AsyncKit lies in a folder of the table below '{Heading}' in {Design}",
        from path in Repository.Files("src/AsyncKit", ".cs")
        let folder = path.Split('/') is [_, _, var name, _, ..] ? name : ""
        where !_mayUse.ContainsKey(folder)
        select folder.Length is 0 ? $"{path}: lies in no folder" : $"{path}: '{folder}' is not in the table",
        $"move the file to the folder of its concept, or add the folder to the table in {Design}");

    [Fact]
    public void Table_HasNoCycle()
    {
        // A folder whose every import is settled is settled itself; what stays over is a cycle or hangs on one.
        var settled = new HashSet<string>(StringComparer.Ordinal);
        while (_mayUse.Keys.Except(settled).FirstOrDefault(folder => _mayUse[folder].All(settled.Contains)) is { } next)
            settled.Add(next);

        Rule.Holds(
            $"the folders that the table in {Design} allows each other are in the table and form no cycle",
            from folder in _mayUse.Keys
            where !settled.Contains(folder)
            select $"{folder} -> {string.Join(", ", _mayUse[folder].Where(other => !settled.Contains(other)))}",
            "take one import out of the table: the type that asks for it belongs in another folder");
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Folder_UsesOnlyWhatItMay(string folder) => Rule.Holds(
        $"src/AsyncKit/{folder} uses at most these others: {string.Join(", ", _mayUse[folder].DefaultIfEmpty("none"))}",
        from file in SourceFile.Under($"src/AsyncKit/{folder}")
        from use in Uses(file).Distinct()
        where !_mayUse[folder].Append(folder).Contains(use.Folder, StringComparer.Ordinal)
        select $"{use.Place}: uses AsyncKit.{use.Folder}",
        $"move the type to the folder that may use it; the table in {Design} bends only for a reason");

    [Fact]
    public void Usings_StandInTheFileThatNeedsThem() => Rule.Holds(
        "no global using brings in a folder of ours, which would hide who uses whom",
        from path in Repository.Files("src", ".cs").Concat(Repository.BuildFiles("src"))
        from line in Repository.Lines(path).Index()
        where Pattern(@"(global\s+using|<Using\s).*\bAsyncKit\b").IsMatch(line.Item)
        select $"{path}:{line.Index + 1}: {line.Item.Trim()}",
        "write the using in each file that needs it");

    // | `Folder` | `Other`, `Another` | what for |, or none instead of the others.
    private static Dictionary<string, string[]> FolderTable() => Repository.Lines(Design)
        .SkipWhile(line => !string.Equals(line, Heading, StringComparison.Ordinal))
        .Skip(1)
        .TakeWhile(line => !line.StartsWith('#'))
        .Select(line => Pattern(@"^\|\s*`(?<folder>\w+)`\s*\|(\s*none\s*|(\s*`(?<used>\w+)`\s*,?)+)\|").Match(line))
        .Where(row => row.Success)
        .ToDictionary(
            row => row.Groups["folder"].Value,
            row => row.Groups["used"].Captures.Select(capture => capture.Value).ToArray(),
            StringComparer.Ordinal);

    private static IEnumerable<(string Place, string Folder)> Uses(SourceFile file) =>
        from pattern in _uses.Value
        from found in file.Find(pattern)
        select (found.Place, found.Match.Groups["folder"].Value);

    // AsyncKit.X anywhere; `using X` and X.Type as they may stand inside a namespace of ours.
    private static readonly Lazy<Regex[]> _uses = new(() =>
    [
        Pattern($@"(?<![\w.])AsyncKit\.(?<folder>{_folders})\b"),
        Pattern($@"^\s*(global\s+)?using\s+(static\s+)?(\w+\s*=\s*)?(?<folder>{_folders})\b(?!\s*=)"),
        .. from folder in _mayUse.Keys
           let types = string.Join('|', TypesOf(folder))
           where types.Length > 0
           select Pattern($@"(?<![\w.])(?<folder>{folder})\.({types})\b"),
    ]);

    private static IEnumerable<string> TypesOf(string folder) =>
        SourceFile.Under($"src/AsyncKit/{folder}").SelectMany(file => file.Types);

    private static Regex Pattern(string pattern) => new(pattern, RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
}
