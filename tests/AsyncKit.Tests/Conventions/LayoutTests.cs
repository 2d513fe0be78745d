using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace AsyncKit.Tests.Conventions;

/// <summary>Where things lie, and which versions they have.</summary>
public partial class LayoutTests
{
    private const string Solution = "AsyncKit.sln";
    private const string Versions = "Directory.Packages.props";
    private const int EditorConfigLimit = 60;

    [Fact]
    public void TestFiles_LieWhereTheirSourcesLie() => Rule.Holds(
        "tests/<package>.Tests/<Folder>/XTests.cs tests a type of src/<package>/<Folder>, of a sample, or of the site",
        from test in MirroredTests()
        let mirrored = string.Join('/', test.Path.Split('/')[2..^1].Prepend(test.Sources))
        where !Repository.HasFolder(mirrored)
        select $"{test.Path}: there is no folder {mirrored}",
        "move the file to the folder of the type it tests, or to Conventions, Contracts or Stress");

    // The folder may be that of another type of the package, where the two meet: Retries/HttpFetcherRetryTests.cs.
    [Fact]
    public void TestFiles_AreNamedForATypeOfThePackage() => Rule.Holds(
        "XTests.cs in a mirrored folder begins with the name of a type of its package",
        from tests in MirroredTests().GroupBy(test => test.Sources, StringComparer.Ordinal)
        let types = SourceFile.Under(tests.Key).SelectMany(file => file.Types).ToArray()
        from test in tests
        where !types.Any(type => IsNamedFor(Path.GetFileName(test.Path), type))
        select $"{test.Path}: {test.Sources} declares no type whose name it begins with",
        "name the file for the type it tests, with what it tests of it behind: HttpFetcherRetryTests.cs");

    [Fact]
    public void Solution_HoldsEveryProject()
    {
        HashSet<string> listed = Repository.Lines(Solution)
            .SelectMany(line => ProjectPath.Matches(line))
            .Select(match => match.Groups["path"].Value.Replace('\\', '/'))
            .ToHashSet(StringComparer.Ordinal);
        HashSet<string> onDisk = Repository.Files("", ".csproj").ToHashSet(StringComparer.Ordinal);
        Rule.Holds(
            $"{Solution} holds every project, so that what builds and tests the solution leaves none out",
            [
                .. onDisk.Except(listed, StringComparer.Ordinal).Select(path => $"{path}: is not in the solution"),
                .. listed.Except(onDisk, StringComparer.Ordinal).Select(path => $"{Solution}: {path} is not there"),
            ],
            $"run `dotnet sln {Solution} add <project>` or `remove <project>`");
    }

    [Fact]
    public void Projects_LeaveVersionsToTheCentralFile() => Rule.Holds(
        $"no PackageReference has a version: all stand in {Versions}",
        from path in Repository.BuildFiles("")
        from reference in XDocument.Parse(Repository.Text(path)).Descendants()
        where reference.Name.LocalName is "PackageReference"
        from version in reference.Attributes().Select(attribute => attribute.Name.LocalName)
            .Concat(reference.Elements().Select(element => element.Name.LocalName))
        where version is "Version" or "VersionOverride"
        let name = reference.Attribute("Include") ?? reference.Attribute("Update")
        select $"{path}: {name?.Value} has a {version}",
        $"write the version as a PackageVersion in {Versions}");

    [Fact]
    public void CentralVersions_AreExact() => Rule.Holds(
        $"every version in {Versions} is exact, so that a build today and one in a year restore the same",
        from package in XDocument.Parse(Repository.Text(Versions)).Descendants()
        where package.Name.LocalName is "PackageVersion" or "GlobalPackageReference"
        let version = package.Attribute("Version")?.Value ?? "none"
        where !ExactVersion.IsMatch(version)
        select $"{Versions}: {package.Attribute("Include")?.Value} has the version {version}",
        "write one version as 1.2.3, without *, brackets or properties");

    [Fact]
    public void EditorConfig_StaysShort()
    {
        int lines = Repository.Lines(".editorconfig").Length;
        Rule.Holds(
            $".editorconfig has at most {EditorConfigLimit} lines",
            lines > EditorConfigLimit ? [$".editorconfig: has {lines}"] : [],
            "obey a rule instead of turning it off, or take out what repeats a default");
    }

    private static IEnumerable<(string Path, string Sources)> MirroredTests() =>
        from path in Repository.Files("tests", "Tests.cs")
        let folders = path.Split('/')[1..^1]
        where !folders.Any(folder => folder is "Conventions" or "Contracts" or "Stress")
        let tested = folders[0][..^".Tests".Length]
        select (path, SourcesOf(tested));

    private static string SourcesOf(string tested) => tested switch
    {
        "Site" => "site",
        _ when Repository.HasFolder($"samples/{tested}") => $"samples/{tested}",
        _ => $"src/{tested}",
    };

    // FetchTests, FetchRetryTests, but not FetcherTests.
    private static bool IsNamedFor(string file, string type) =>
        file.StartsWith(type, StringComparison.Ordinal) && char.IsUpper(file[type.Length]);

    [GeneratedRegex(@"""(?<path>[^""]+\.csproj)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ProjectPath { get; }

    [GeneratedRegex(@"^\d+(\.\d+){1,3}(-[\w.]+)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ExactVersion { get; }
}
