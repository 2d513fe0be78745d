using System.Text.RegularExpressions;

namespace AsyncKit.Tests.Conventions;

/// <summary>What users can call is written down, so that a change of it is seen in review.</summary>
public partial class PublicApiTests
{
    public static TheoryData<string> Packages => new(Repository.Packages);

    [Theory]
    [MemberData(nameof(Packages))]
    public void PublicSurface_EqualsItsListing(string package)
    {
        string path = $"src/{package}/PublicApi.txt";
        string[] actual = [.. PublicApiListing.Of(PackageAssembly.Load(package))];
        if (Repository.IsUpdating)
        {
            Repository.Write(path, actual);
            return;
        }

        Rule.Holds(
            $"the public surface of {package} is what {path} lists",
            Differences(Repository.Lines(path), actual),
            "when the change is meant, run `UPDATE=1 dotnet test tests/AsyncKit.Tests` and commit the listing with it; "
                + "a line that is gone or changed breaks somebody's build");
    }

    private static List<string> Differences(string[] listed, string[] actual)
    {
        List<string> before = [.. WithTypes(listed)];
        List<string> after = [.. WithTypes(actual)];
        List<string> differences =
        [
            .. before.Except(after, StringComparer.Ordinal).Select(line => $"listed, but not in the code: {line}"),
            .. after.Except(before, StringComparer.Ordinal).Select(line => $"in the code, but not listed: {line}"),
        ];
        if (differences.Count is 0 && !listed.SequenceEqual(actual, StringComparer.Ordinal))
            differences.Add("the same lines stand in another order or with other blank lines");
        return differences;
    }

    /// <summary>Puts the name of its type before each member, so that a line says where it belongs.</summary>
    private static IEnumerable<string> WithTypes(string[] lines)
    {
        var type = "";
        foreach (string line in lines.Where(line => line.Length > 0))
        {
            bool isMember = line.StartsWith(' ');
            if (!isMember) type = FullName.Match(line).Value;
            yield return isMember ? $"{type}: {line.Trim()}" : line;
        }
    }

    // The only full name in the line that heads a type is its own.
    [GeneratedRegex(@"\bAsyncKit\.[\w.]+(<[^>]*>)?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FullName { get; }
}
