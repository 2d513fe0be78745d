using System.Text.RegularExpressions;

namespace AsyncKit.Tests.Conventions;

/// <summary>How wide C# files are.</summary>
public partial class LineWidthTests
{
    private const int Limit = 120;

    [Fact]
    public void Lines_FitTheWidth() => Rule.Holds(
        $"no line of a C# file is longer than {Limit} columns, the max_line_length of .editorconfig",
        from path in Repository.Files("", ".cs")
        from line in Repository.Lines(path).Index()
        where line.Item.Length > Limit && !LoneReference.IsMatch(line.Item)
        select $"{path}:{line.Index + 1}: has {line.Item.Length} columns",
        "wrap the line as the code around it is wrapped; "
            + "the cref of a long <inheritdoc cref=\"...\"/> or <see cref=\"...\"/> goes to a line of its own");

    // The cref of an inheritdoc or a see, which cannot be broken.
    [GeneratedRegex(@"^\s*/// cref=""[^""]+""/>\S*$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LoneReference { get; }
}
