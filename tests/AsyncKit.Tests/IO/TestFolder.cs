namespace AsyncKit.Tests.IO;

/// <summary>A folder of a test, which is removed with what is in it.</summary>
/// <param name="parent">Where to make it; by default where temporary files are.</param>
internal sealed class TestFolder(string? parent = null) : IDisposable
{
    private readonly DirectoryInfo _folder = parent is null
        ? Directory.CreateTempSubdirectory("asynckit-")
        : Directory.CreateDirectory(Path.Combine(parent, $"asynckit-{Path.GetRandomFileName()}"));

    public string FullName => _folder.FullName;

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>Makes a file.</summary>
    /// <returns>Its path.</returns>
    public string Write(string name, byte[] content)
    {
        File.WriteAllBytes(PathOf(name), content);
        return PathOf(name);
    }

    public string Write(string name, string content) => Write(name, System.Text.Encoding.UTF8.GetBytes(content));

    public void Dispose() => _folder.Delete(recursive: true);
}
