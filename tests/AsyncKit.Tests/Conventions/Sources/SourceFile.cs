using System.Text.RegularExpressions;

namespace AsyncKit.Tests.Conventions;

/// <summary>A C# file, as it stands and as its code alone: without comments and without what literals say.</summary>
internal sealed partial class SourceFile
{
    public SourceFile(string path)
    {
        Path = path;
        Lines = Repository.Lines(path);
        Code = CodeText.Of(string.Join('\n', Lines)).Split('\n');
    }

    /// <summary>The path from the root of the repository.</summary>
    public string Path { get; }

    /// <summary>The lines as they stand.</summary>
    public string[] Lines { get; }

    /// <summary>The same lines with blanks where a comment or the text of a literal stands.</summary>
    public string[] Code { get; }

    /// <summary>The names of the types that the file declares.</summary>
    public IEnumerable<string> Types => Find(Declaration).Select(found => found.Match.Groups["name"].Value);

    /// <summary>The C# files of a folder, with all folders below it.</summary>
    public static IEnumerable<SourceFile> Under(string folder) =>
        Repository.Files(folder, ".cs").Select(path => new SourceFile(path));

    /// <summary>Every match in the code, with the place to name in a message.</summary>
    public IEnumerable<(string Place, Match Match)> Find(Regex pattern) =>
        from line in Code.Index()
        from match in pattern.Matches(line.Item)
        select ($"{Path}:{line.Index + 1}", match);

    [GeneratedRegex(
        @"\b(class|struct|interface|enum|record(\s+(class|struct))?)\s+(?<name>\w+)",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Declaration { get; }
}
