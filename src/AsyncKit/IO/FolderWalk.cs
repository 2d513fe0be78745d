using System.Diagnostics;
using System.IO.Enumeration;

namespace AsyncKit.IO;

/// <summary>A walk through folders, a batch at a time. It blocks: no system lists a folder in another way.</summary>
[DebuggerDisplay("{_root,nq}, {_pending.Count} folders to go")]
internal sealed class FolderWalk : IDisposable
{
    // So many that the hop to the pool costs nothing, and so few that who asks for the first need not wait.
    private const int BatchSize = 256;

    // Names as the system has them, and all of them: what is hidden is there too.
    private static readonly EnumerationOptions _all = new()
    {
        AttributesToSkip = FileAttributes.None,
        IgnoreInaccessible = false,
        MatchType = MatchType.Simple,
        RecurseSubdirectories = false,
    };

    private readonly string _root;
    private readonly WalkOptions _options;
    private readonly GlobPattern[] _include;
    private readonly GlobPattern[] _exclude;
    private readonly Stack<Folder> _pending = new();
    private readonly HashSet<string> _walked = new(StringComparer.Ordinal);
    private IEnumerator<FileEntry>? _entries;
    private Folder _current;

    public FolderWalk(string root, WalkOptions options)
    {
        _root = root;
        _options = options;
        _include = [.. options.Include.Select(pattern => new GlobPattern(pattern, options.IgnoreCase))];
        _exclude = [.. options.Exclude.Select(pattern => new GlobPattern(pattern, options.IgnoreCase))];
        _pending.Push(new Folder(root, RealPath(root), "", 1));
    }

    /// <summary>Finds the next entries.</summary>
    /// <returns>They; none when all have been found.</returns>
    public List<FileEntry> ReadBatch()
    {
        var batch = new List<FileEntry>();
        while (batch.Count < BatchSize && (_entries is not null || TryEnter()))
        {
            if (!TryMoveNext())
            {
                _entries?.Dispose();
                _entries = null;
                continue;
            }

            FileEntry entry = _entries!.Current;
            if (_exclude.Any(pattern => pattern.Matches(entry.RelativePath))) continue;
            if (entry.IsFolder) Consider(entry);
            if (_include.Length is 0 || _include.Any(pattern => pattern.Matches(entry.RelativePath))) batch.Add(entry);
        }

        return batch;
    }

    public void Dispose() => _entries?.Dispose();

    private bool TryEnter()
    {
        while (_pending.TryPop(out _current))
        {
            if (_options.FollowLinks && !_walked.Add(_current.RealPath)) continue;
            Folder folder = _current;
            try
            {
                _entries = new FileSystemEnumerable<FileEntry>(
                    folder.Path, (ref FileSystemEntry entry) => EntryOf(ref entry, folder), _all).GetEnumerator();
                return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The folder has vanished, or is closed to us.
                if (!TryTell(e)) throw;
            }
        }

        return false;
    }

    private bool TryMoveNext()
    {
        try
        {
            return _entries!.MoveNext();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!TryTell(e)) throw;
            return false;
        }
    }

    // That the folder is not there which was asked for is no matter of one entry.
    private bool TryTell(Exception exception)
    {
        if (_options.OnError is not { } onError || _current.Depth is 1) return false;
        onError(_current.Path, exception);
        return true;
    }

    private void Consider(FileEntry entry)
    {
        if (entry.Depth >= _options.MaxDepth || (entry.IsLink && !_options.FollowLinks)) return;
        string realPath = entry.IsLink
            ? RealPath(entry.FullPath)
            : Path.Join(_current.RealPath, Path.GetFileName(entry.FullPath));
        _pending.Push(new Folder(entry.FullPath, realPath, entry.RelativePath, entry.Depth + 1));
    }

    private static FileEntry EntryOf(ref FileSystemEntry entry, Folder folder)
    {
        string name = entry.FileName.ToString();
        return new FileEntry(
            Path.Join(folder.Path, name),
            folder.RelativePath.Length is 0 ? name : $"{folder.RelativePath}/{name}",
            folder.Depth,
            entry.IsDirectory,
            entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
            entry.IsDirectory ? 0 : entry.Length,
            entry.LastWriteTimeUtc);
    }

    private static string RealPath(string path)
    {
        try
        {
            return Directory.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }
        catch (IOException)
        {
            // A link that leads nowhere, or to itself: opening it will say so.
            return path;
        }
    }

    /// <param name="Path">The path by which it was found.</param>
    /// <param name="RealPath">The path without links, by which it is known when another link leads to it.</param>
    /// <param name="RelativePath">The path below the root.</param>
    /// <param name="Depth">The depth of what lies in it.</param>
    private readonly record struct Folder(string Path, string RealPath, string RelativePath, int Depth);
}
