using System.Xml.Linq;

namespace AsyncKit.Tests.Conventions;

/// <summary>What each package drags into the project of its user.</summary>
public class PackageGraphTests
{
    private static readonly Dictionary<string, string[]> _mayReference = new(StringComparer.Ordinal)
    {
        ["AsyncKit"] = [],
        ["AsyncKit.Http"] =
        [
            "AsyncKit",
            "Polly.Core",
            "Microsoft.Extensions.Http",
            "Microsoft.Extensions.Configuration.Binder",
            "Microsoft.Extensions.Logging.Abstractions",
        ],
        ["AsyncKit.Testing"] = ["AsyncKit"],
        ["AsyncKit.Testing.Xunit"] = ["AsyncKit.Testing", "xunit.v3.extensibility.core"],
    };

    public static TheoryData<string> Packages => new(Repository.Packages);

    public static TheoryData<string> SharedBuildFiles => new(
        from folder in (string[])["", "src/"]
        from name in (string[])["Directory.Build.props", "Directory.Build.targets"]
        where Repository.Has(folder + name)
        select folder + name);

    [Theory]
    [MemberData(nameof(Packages))]
    public void Package_ReferencesOnlyWhatItMay(string package)
    {
        Assert.True(
            _mayReference.TryGetValue(package, out string[]? allowed),
            $"src/{package} is not in the table of PackageGraphTests. Mend: add it with the packages it may reference, "
                + "or move the project out of src.");
        Rule.Holds(
            $"{package} references at most these: {string.Join(", ", allowed.DefaultIfEmpty("none"))}",
            from project in Repository.Files($"src/{package}", "proj")
            from reference in References(project)
            let name = Name(reference)
            where !allowed.Contains(name, StringComparer.Ordinal) && !IsPrivate(reference)
            select $"{project}: {reference.Name.LocalName} to {name}",
            "do without it; a new dependency needs a line in docs/design.md and one in the table of PackageGraphTests");
    }

    [Theory]
    [MemberData(nameof(SharedBuildFiles))]
    public void SharedBuildFile_AddsNoDependency(string file) => Rule.Holds(
        "what all projects reference is for the build alone",
        from reference in References(file)
        where !IsPrivate(reference)
        select $"{file}: {reference.Name.LocalName} to {Name(reference)} without PrivateAssets=\"all\"",
        "add PrivateAssets=\"all\", or reference it in the one project that needs it");

    private static IEnumerable<XElement> References(string file) =>
        from element in XDocument.Parse(Repository.Text(file)).Descendants()
        where element.Name.LocalName is "PackageReference" or "ProjectReference" or "FrameworkReference" or "Reference"
        where element.Attribute("Include") is not null
        select element;

    private static string Name(XElement reference)
    {
        string target = reference.Attribute("Include")!.Value;
        return reference.Name.LocalName is "ProjectReference"
            ? Path.GetFileNameWithoutExtension(target.Replace('\\', '/'))
            : target;
    }

    private static bool IsPrivate(XElement reference) =>
        string.Equals(reference.Attribute("PrivateAssets")?.Value, "all", StringComparison.OrdinalIgnoreCase);
}
