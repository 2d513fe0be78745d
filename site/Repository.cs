using System.Xml;
using System.Xml.Linq;

namespace Site;

/// <summary>The files the site is made of. Paths are relative to the root, and written with '/'.</summary>
public sealed class Repository
{
    private static readonly string[] _buildFiles = ["Directory.Build.props", "src/Directory.Build.props"];
    private readonly string _root;
    private readonly Uri? _url;

    /// <summary>Looks at a folder.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="url">Where it is on the web; <see langword="null"/>: where its build files say it is, if they do.
    /// </param>
    /// <exception cref="SiteException">There is no such folder.</exception>
    public Repository(string root, Uri? url = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(root);
        _root = Path.GetFullPath(root);
        if (!Directory.Exists(_root)) throw new SiteException($"There is no folder '{root}'.");
        _url = url ?? _buildFiles.Select(FindUrl).FirstOrDefault(found => found is not null);
    }

    /// <summary>Whether it is a file or a folder that is there.</summary>
    /// <param name="path">The path.</param>
    /// <returns>Whether it is.</returns>
    public bool Has(string path) => Path.Exists(FullPath(path));

    /// <summary>The path for the file system.</summary>
    /// <param name="path">The path.</param>
    /// <returns>The full path.</returns>
    public string FullPath(string path) => Path.Combine(_root, path);

    /// <summary>The files of a folder, in ordinal order.</summary>
    /// <param name="folder">The folder; empty: the root.</param>
    /// <param name="pattern">What their names are like.</param>
    /// <param name="depth">Whether those of the folders below are among them.</param>
    /// <returns>Their paths.</returns>
    public IEnumerable<string> Files(string folder, string pattern, SearchOption depth) =>
        Directory.EnumerateFiles(FullPath(folder), pattern, depth)
            .Select(file => Path.GetRelativePath(_root, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    /// <summary>Where a file or a folder is on the web.</summary>
    /// <param name="path">The path.</param>
    /// <returns>The address, or <see langword="null"/> where nobody knows.</returns>
    public string? AddressOf(string path)
    {
        if (_url is null) return null;
        string kind = Directory.Exists(FullPath(path)) ? "tree" : "blob";
        return $"{_url.AbsoluteUri.TrimEnd('/')}/{kind}/main/{path}";
    }

    private Uri? FindUrl(string buildFile)
    {
        if (!Has(buildFile)) return null;
        try
        {
            IEnumerable<Uri> urls =
                from element in XDocument.Load(FullPath(buildFile)).Descendants()
                where element.Name.LocalName is "RepositoryUrl" or "PackageProjectUrl"
                where Uri.IsWellFormedUriString(element.Value, UriKind.Absolute)
                select new Uri(element.Value);
            return urls.FirstOrDefault();
        }
        catch (XmlException e)
        {
            throw new SiteException($"{buildFile} is not XML: {e.Message}");
        }
    }
}
