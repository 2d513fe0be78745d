using System.Diagnostics;
using AsyncKit.Synchronization;

namespace AsyncKit.IO;

/// <summary>The waits between two looks at a file: longer and longer, and cut short by events of the file system.
/// </summary>
/// <remarks>
/// Events alone are not enough: network file systems have none, and a watcher may end without a word. They are a hint,
/// and the looks go on.
/// </remarks>
[DebuggerDisplay("Next = {_next}")]
internal sealed class FileWaits : IDisposable
{
    private readonly FollowOptions _options;
    private readonly AsyncAutoResetEvent _changed;
    private FileSystemWatcher? _watcher;
    private TimeSpan _next;

    public FileWaits(string path, FollowOptions options)
    {
        _options = options;
        _next = options.MinInterval;
        _changed = new AsyncAutoResetEvent(timeProvider: options.TimeProvider);
        if (options.UseEvents) _watcher = TryWatch(path);
    }

    /// <summary>Waits until it is time for the next look.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (await _changed.TryWaitAsync(_next, cancellationToken).ConfigureAwait(false)) return;
        _next = _next * 2 < _options.MaxInterval ? _next * 2 : _options.MaxInterval;
    }

    /// <summary>Something was found: the next wait is a short one.</summary>
    public void Reset() => _next = _options.MinInterval;

    public void Dispose()
    {
        _watcher?.Dispose();
        _watcher = null;
    }

    private FileSystemWatcher? TryWatch(string path)
    {
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(Path.GetDirectoryName(path)!, Path.GetFileName(path))
            {
                NotifyFilter = NotifyFilters.FileName | NotifyFilters.Size | NotifyFilters.LastWrite,
            };
            watcher.Changed += (_, _) => _changed.Set();
            watcher.Created += (_, _) => _changed.Set();
            watcher.Deleted += (_, _) => _changed.Set();
            watcher.Renamed += (_, _) => _changed.Set();
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception e) when (e is IOException or ArgumentException or UnauthorizedAccessException)
        {
            // No folder yet, or no more watchers for this user. The looks do without.
            watcher?.Dispose();
            return null;
        }
    }
}
