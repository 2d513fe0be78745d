using System.Diagnostics;
using System.Threading.Channels;

namespace AsyncKit.IO;

/// <summary>A watch over a folder, with a bounded number of changes that wait to be taken.</summary>
[DebuggerDisplay("{_folder,nq}")]
internal sealed class FolderWatch : IDisposable
{
    private const int Capacity = 8192;

    private readonly string _folder;
    private readonly FileSystemWatcher _watcher;
    private readonly Channel<FileChange> _changes =
        Channel.CreateBounded<FileChange>(new BoundedChannelOptions(Capacity) { SingleReader = true });

    private int _hasLost;

    private FolderWatch(string folder)
    {
        _folder = folder;
        _watcher = new FileSystemWatcher(folder) { IncludeSubdirectories = true };
        _watcher.Created += (_, e) => Add(new FileChange(FileChangeKind.Created, e.FullPath));
        _watcher.Changed += (_, e) => Add(new FileChange(FileChangeKind.Changed, e.FullPath));
        _watcher.Deleted += (_, e) => Add(new FileChange(FileChangeKind.Deleted, e.FullPath));
        _watcher.Renamed += (_, e) => Add(new FileChange(FileChangeKind.Renamed, e.FullPath, e.OldFullPath));
        _watcher.Error += (_, e) => Fail(e.GetException());
    }

    /// <summary>Begins to watch. It blocks: each folder below is asked for its events.</summary>
    public static FolderWatch Start(string folder)
    {
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"There is no folder '{folder}' to watch.");
        var watch = new FolderWatch(folder);
        try
        {
            watch._watcher.EnableRaisingEvents = true;
            return watch;
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    }

    /// <summary>Waits for the next change.</summary>
    public async ValueTask<FileChange> NextAsync(CancellationToken cancellationToken)
    {
        // What waits is older than what was lost.
        if (_changes.Reader.TryRead(out FileChange waiting)) return waiting;
        if (Interlocked.Exchange(ref _hasLost, 0) is 1) return new FileChange(FileChangeKind.Rescan, _folder);
        return await _changes.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _watcher.Dispose();

    private void Add(FileChange change)
    {
        if (!_changes.Writer.TryWrite(change)) Volatile.Write(ref _hasLost, 1);
    }

    private void Fail(Exception exception)
    {
        if (exception is InternalBufferOverflowException)
        {
            // Told at once when nobody waits in line, else when those that wait have been taken.
            Volatile.Write(ref _hasLost, 1);
            bool isTold = _changes.Writer.TryWrite(new FileChange(FileChangeKind.Rescan, _folder));
            if (isTold) Volatile.Write(ref _hasLost, 0);
            return;
        }

        _changes.Writer.TryComplete(new IOException($"'{_folder}' cannot be watched any more.", exception));
    }
}
