namespace Site.Tests;

/// <summary>A folder with files, until it is disposed.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder(params (string Path, string Text)[] files)
    {
        foreach ((string path, string text) in files) Write(path, text);
    }

    public string Path { get; } = Directory.CreateTempSubdirectory("site-").FullName;

    public string At(string path) => System.IO.Path.Combine(Path, path);

    public void Write(string path, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(At(path))!);
        File.WriteAllText(At(path), text);
    }

    public string[] Files() =>
    [
        .. Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories)
            .Select(file => System.IO.Path.GetRelativePath(Path, file).Replace('\\', '/'))
            .Order(StringComparer.Ordinal),
    ];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
