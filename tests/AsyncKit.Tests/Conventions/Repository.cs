namespace AsyncKit.Tests.Conventions;

/// <summary>The working tree of the tests. Paths are relative to its root and written with '/'.</summary>
internal static class Repository
{
    // What tools leave in a working tree and git does not track.
    private static readonly HashSet<string> _untracked = new(StringComparer.Ordinal)
    {
        ".git", ".idea", ".vs", ".vscode", "artifacts", "bin", "obj", "BenchmarkDotNet.Artifacts", "TestResults",
    };

    // Found from the binaries: a deterministic build rewrites what [CallerFilePath] gives.
    private static readonly string _root = FindRoot(new DirectoryInfo(AppContext.BaseDirectory));

    /// <summary>Whether generated text is to be rewritten instead of compared: UPDATE=1.</summary>
    public static bool IsUpdating => Environment.GetEnvironmentVariable("UPDATE") is "1";

    /// <summary>The names of the packages: the folders of src that hold a project.</summary>
    public static string[] Packages { get; } =
        [.. Files("src", ".csproj").Select(project => project.Split('/')[1]).Distinct(StringComparer.Ordinal)];

    /// <summary>The files of a folder whose names end so, with all folders below it, in ordinal order.</summary>
    public static IEnumerable<string> Files(string folder, string ending) =>
        Directory.Exists(FullPath(folder))
            ? Walk(new DirectoryInfo(FullPath(folder)), ending)
                .Select(file => Path.GetRelativePath(_root, file.FullName).Replace('\\', '/'))
                .Order(StringComparer.Ordinal)
            : [];

    /// <summary>What MSBuild reads below a folder: projects, props and targets.</summary>
    public static IEnumerable<string> BuildFiles(string folder) => Files(folder, "proj")
        .Concat(Files(folder, ".props"))
        .Concat(Files(folder, ".targets"));

    /// <summary>Whether a file or a folder is there.</summary>
    public static bool Has(string path) => Path.Exists(FullPath(path));

    /// <summary>Whether a folder is there.</summary>
    public static bool HasFolder(string path) => Directory.Exists(FullPath(path));

    /// <summary>The lines of a file; none when there is no such file.</summary>
    public static string[] Lines(string path) => Has(path) ? File.ReadAllLines(FullPath(path)) : [];

    /// <summary>The text of a file, its lines ended by '\n' alone; none when there is no such file.</summary>
    public static string Text(string path) => string.Concat(Lines(path).Select(line => line + '\n'));

    /// <summary>Replaces the lines of a file.</summary>
    public static void Write(string path, IEnumerable<string> lines) =>
        File.WriteAllText(FullPath(path), string.Concat(lines.Select(line => line + '\n')));

    /// <summary>What a relative path means that is written in a file; one from '/' starts at the root.</summary>
    public static string Resolve(string file, string relativePath)
    {
        string folder = relativePath.StartsWith('/') ? "" : Path.GetDirectoryName(file)!;
        string path = Path.GetFullPath(Path.Combine(_root, folder, relativePath.TrimStart('/')));
        return Path.GetRelativePath(_root, path).Replace('\\', '/');
    }

    private static string FullPath(string path) => Path.Combine(_root, path);

    private static IEnumerable<FileInfo> Walk(DirectoryInfo folder, string ending) =>
        folder.EnumerateFiles().Where(file => file.Name.EndsWith(ending, StringComparison.Ordinal)).Concat(
            folder.EnumerateDirectories()
                .Where(child => !_untracked.Contains(child.Name))
                .SelectMany(child => Walk(child, ending)));

    private static string FindRoot(DirectoryInfo folder) =>
        File.Exists(Path.Combine(folder.FullName, "AsyncKit.sln"))
            ? folder.FullName
            : FindRoot(folder.Parent ?? throw new InvalidOperationException("AsyncKit.sln is not above the tests."));
}
