using System.Text.RegularExpressions;

namespace AsyncKit.Tests.Conventions;

/// <summary>What no file of the packages may hold.</summary>
public partial class SourceRuleTests
{
    [Fact]
    public void Sources_HoldNoPragmaRegionOrIf() => Rule.Holds(
        "src holds no #pragma, no #region and no #if",
        from file in SourceFile.Under("src")
        from found in file.Find(Directive)
        select $"{found.Place}: {found.Match.Value.Trim()}",
        "obey the analyzer or turn the rule off once in .editorconfig with its reason; "
            + "a block that needs a title is a method; there is one target framework");

    [Fact]
    public void Internals_AreOpenToNobody() => Rule.Holds(
        "there is no InternalsVisibleTo in src",
        from path in Repository.Files("src", "")
        where !path.EndsWith(".md", StringComparison.Ordinal)
        from line in Repository.Lines(path).Index()
        where line.Item.Contains("InternalsVisibleTo", StringComparison.Ordinal)
        select $"{path}:{line.Index + 1}: {line.Item.Trim()}",
        "test through the public surface; when that is hard, the surface is what to change");

    [GeneratedRegex(@"^\s*#\s*(pragma|region|if)\b.*", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Directive { get; }
}
