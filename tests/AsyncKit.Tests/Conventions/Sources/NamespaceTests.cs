using System.Text.RegularExpressions;

namespace AsyncKit.Tests.Conventions;

/// <summary>One `using` brings a concept of the core, or a whole package beside it.</summary>
public partial class NamespaceTests
{
    public static TheoryData<string> Packages => new(Repository.Packages);

    [Theory]
    [MemberData(nameof(Packages))]
    public void Namespace_IsThatOfItsPlace(string package) => Rule.Holds(
        package is "AsyncKit"
            ? "the namespace of a file in src/AsyncKit/<Folder> is AsyncKit.<Folder>"
            : $"the namespace of every file of {package} is {Of(package)}, whatever its folder",
        from file in SourceFile.Under($"src/{package}")
        let expected = Expected(file.Path)
        from actual in Declared(file)
        where !string.Equals(actual, expected, StringComparison.Ordinal)
        select $"{file.Path}: the namespace is {(actual.Length is 0 ? "missing" : actual)}, but should be {expected}",
        "change the namespace, or move the file");

    private static string Expected(string path) => path.Split('/') is [_, "AsyncKit", var folder, _, ..]
        ? $"AsyncKit.{folder}"
        : Of(path.Split('/')[1]);

    // A namespace that ends in Xunit would hide the one of xunit.
    private static string Of(string package) => package is "AsyncKit.Testing.Xunit" ? "AsyncKit.Testing" : package;

    private static IEnumerable<string> Declared(SourceFile file) =>
        file.Find(Declaration).Select(found => found.Match.Groups["name"].Value).DefaultIfEmpty("");

    [GeneratedRegex(@"^\s*namespace\s+(?<name>[\w.]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Declaration { get; }
}
