namespace Site.Output;

/// <summary>A folder that is written beside its place, and moved there when it is complete. What was there before stays
/// until then.</summary>
public sealed class StagedFolder : IDisposable
{
    private readonly string _target;

    /// <summary>Makes an empty folder beside the target.</summary>
    /// <param name="target">Where the folder is to be in the end.</param>
    /// <param name="mark">The file that says of a folder that it may be replaced.</param>
    /// <exception cref="SiteException">The target is a file, or a folder that holds something else than this program
    /// wrote.</exception>
    public StagedFolder(string target, string mark)
    {
        ArgumentException.ThrowIfNullOrEmpty(target);
        ArgumentException.ThrowIfNullOrEmpty(mark);
        _target = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(target));
        if (File.Exists(_target)) throw new SiteException($"The output '{target}' is a file.");
        if (System.IO.Path.GetDirectoryName(_target) is not { } parent || !MayBeReplaced(_target, mark))
            throw new SiteException($"The output '{target}' holds something else than a site: name another folder.");

        Path = System.IO.Path.Combine(parent, $".{System.IO.Path.GetRandomFileName()}");
        Directory.CreateDirectory(Path);
    }

    /// <summary>The folder as long as it is not published.</summary>
    public string Path { get; }

    /// <summary>Writes a file.</summary>
    /// <param name="path">Its path from the folder.</param>
    /// <param name="text">What it is to hold.</param>
    public void Write(string path, string text) => File.WriteAllText(Prepare(path), text);

    /// <summary>Copies a file into the folder.</summary>
    /// <param name="source">The path of the file.</param>
    /// <param name="path">The path of the copy from the folder.</param>
    public void Copy(string source, string path) => File.Copy(source, Prepare(path), overwrite: true);

    /// <summary>Moves the folder to its place, instead of what is there.</summary>
    public void Publish()
    {
        string old = Path + ".old";
        bool isReplaced = Directory.Exists(_target);
        if (isReplaced) Directory.Move(_target, old);
        try
        {
            Directory.Move(Path, _target);
        }
        catch
        {
            if (isReplaced) Directory.Move(old, _target);
            throw;
        }

        if (isReplaced) Delete(old);
    }

    /// <summary>Deletes the folder, if it is not published.</summary>
    public void Dispose() => Delete(Path);

    private static bool MayBeReplaced(string target, string mark) =>
        !Directory.Exists(target)
        || File.Exists(System.IO.Path.Combine(target, mark))
        || !Directory.EnumerateFileSystemEntries(target).Any();

    private static void Delete(string folder)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A leftover beside the site is no reason to say that the site was not written.
        }
    }

    private string Prepare(string path)
    {
        string full = System.IO.Path.Combine(Path, path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        return full;
    }
}
