using System.Text.RegularExpressions;

namespace AsyncKit.Tests.Conventions;

/// <summary>A named region of samples/Snippets.</summary>
/// <param name="Name">The name of the region.</param>
/// <param name="Place">Where it begins.</param>
/// <param name="Code">Its lines, moved to the left margin.</param>
/// <param name="IsTested">Whether it is part of a test, or a test is part of it.</param>
internal sealed partial record Snippet(string Name, string Place, string[] Code, bool IsTested)
{
    public const string Folder = "samples/Snippets";

    public static IEnumerable<Snippet> All() => SourceFile.Under(Folder).SelectMany(In);

    private static IEnumerable<Snippet> In(SourceFile file)
    {
        List<(int First, int Last)> tests = [.. Tests(file)];
        var open = new Stack<int>();
        foreach ((int index, string line) in file.Code.Index())
        {
            if (Start.IsMatch(line)) open.Push(index);
            if (!End.IsMatch(line) || !open.TryPop(out int first)) continue;
            yield return new Snippet(
                Start.Match(file.Lines[first]).Groups["name"].Value,
                $"{file.Path}:{first + 1}",
                Dedent(file.Lines[(first + 1)..index].Where(code => !Start.IsMatch(code) && !End.IsMatch(code))),
                tests.Exists(test => Encloses(test, (first, index)) || Encloses((first, index), test)));
        }
    }

    private static bool Encloses((int First, int Last) outer, (int First, int Last) inner) =>
        outer.First < inner.First && inner.Last < outer.Last;

    /// <summary>The lines from the attribute of each test to the end of its body.</summary>
    private static IEnumerable<(int First, int Last)> Tests(SourceFile file) =>
        from line in file.Code.Index()
        where Attribute.IsMatch(line.Item)
        select (line.Index, line.Index + LinesToEnd(string.Join('\n', file.Code[line.Index..])));

    // A member ends with the brace that closes its body, or with the semicolon of its expression.
    private static int LinesToEnd(string code)
    {
        var depth = 0;
        var isExpression = false;
        for (var i = 0; i < code.Length; i++)
        {
            if (code[i] is '(' or '[' or '{') depth++;
            if (code[i] is ')' or ']' or '}') depth--;
            if (depth > 0) continue;
            if (code[i] is '=') isExpression = true;
            if (code[i] is ';' || (code[i] is '}' && !isExpression)) return code[..i].Count(letter => letter is '\n');
        }

        return code.Count(letter => letter is '\n');
    }

    private static string[] Dedent(IEnumerable<string> region)
    {
        string[] lines = [.. region];
        int margin = lines
            .Where(line => line.Length > 0)
            .Select(line => line.Length - line.TrimStart().Length)
            .DefaultIfEmpty(0)
            .Min();
        return [.. lines.Select(line => line.Length is 0 ? line : line[margin..])];
    }

    [GeneratedRegex(@"^\s*#region\s+(?<name>.*?)\s*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Start { get; }

    [GeneratedRegex(@"^\s*#endregion\b", RegexOptions.None, 1000)]
    private static partial Regex End { get; }

    [GeneratedRegex(@"\[\s*(Async|Explore)?(Fact|Theory)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Attribute { get; }
}
