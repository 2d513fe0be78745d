using System.Text.RegularExpressions;

namespace AsyncKit.Tests.Conventions;

/// <summary>What no C# file and no build file may hold.</summary>
public partial class SourceRuleTests
{
    [Fact]
    public void Sources_HoldNoPragmaAndNoIf() => Rule.Holds(
        "no C# file holds a #pragma or an #if",
        Found(Directive),
        "obey the analyzer or turn the rule off once in .editorconfig with its reason; there is one target framework");

    [Fact]
    public void Sources_SuppressNoMessage() => Rule.Holds(
        "no C# file holds a SuppressMessage attribute",
        Found(Suppression),
        "obey the analyzer or turn the rule off once in .editorconfig with its reason");

    [Fact]
    public void Sources_HoldNoRegion() => Rule.Holds(
        $"no C# file outside {Snippet.Folder} holds a #region",
        Found(Region).Where(found => !found.StartsWith($"{Snippet.Folder}/", StringComparison.Ordinal)),
        "a block that needs a title is a method");

    [Fact]
    public void Internals_AreOpenToNobody() => Rule.Holds(
        "there is no InternalsVisibleTo in src, nor in a build file",
        from path in Repository.Files("src", "").Union(Repository.BuildFiles(""), StringComparer.Ordinal)
        where !path.EndsWith(".md", StringComparison.Ordinal)
        from line in Repository.Lines(path).Index()
        where line.Item.Contains("InternalsVisibleTo", StringComparison.OrdinalIgnoreCase)
        select $"{path}:{line.Index + 1}: {line.Item.Trim()}",
        "test through the public surface; when that is hard, the surface is what to change");

    private static IEnumerable<string> Found(Regex pattern) =>
        from file in SourceFile.Under("")
        from found in file.Find(pattern)
        select $"{found.Place}: {found.Match.Value.Trim()}";

    [GeneratedRegex(@"^\s*#\s*(pragma|if)\b.*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Directive { get; }

    [GeneratedRegex(@"^\s*#\s*region\b.*", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Region { get; }

    [GeneratedRegex(@"\b(Unconditional)?SuppressMessage(Attribute)?\b.*", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Suppression { get; }
}
