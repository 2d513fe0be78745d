using System.Runtime.CompilerServices;

namespace AsyncKit.IO;

/// <summary>What is to be done with files and folders besides reading and writing, without blocking the caller.
/// </summary>
/// <remarks>The calls of the system block in all of this; here they block threads of the pool. Thread-safe.</remarks>
public static class AsyncFiles
{
    private static readonly TimeSpan _firstLockWait = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan _longestLockWait = TimeSpan.FromMilliseconds(100);

    /// <summary>Opens a file by a thread of the pool: on a slow disk or over a network that alone may take
    /// long.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How it is opened.</param>
    /// <param name="cancellationToken">Ends the wait; the file is then closed as soon as it is open.</param>
    /// <returns>The open file.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is <see langword="null"/>.</exception>
    /// <exception cref="IOException">The file could not be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not permitted, or <paramref name="path"/> names a folder.
    /// </exception>
    public static ValueTask<FileStream> OpenAsync(
        string path, FileStreamOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        return OpenCoreAsync(path, options, cancellationToken);
    }

    /// <summary>Copies a file: its content, its permissions and the time of its last write.</summary>
    /// <remarks>The copy appears under its name when it is whole; of one that fails or is cancelled nothing is left. A
    /// link at the source is followed; one at the destination is replaced.</remarks>
    /// <param name="source">The file to copy.</param>
    /// <param name="destination">The path of the copy; its folder must exist.</param>
    /// <param name="options">Whether it may replace a file, who is told of the progress, what is computed of the
    /// content.
    /// </param>
    /// <param name="cancellationToken">Ends the copy, between two blocks of 256 KiB.</param>
    /// <returns>How many bytes were copied.</returns>
    /// <exception cref="ArgumentException">A path is empty, or an option is out of its range.</exception>
    /// <exception cref="IOException">A file could not be opened, read or written; or the destination exists and is not
    /// to be replaced.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not permitted.</exception>
    public static ValueTask<long> CopyAsync(
        string source,
        string destination,
        FileCopyOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(source);
        ArgumentException.ThrowIfNullOrEmpty(destination);
        options ??= FileCopyOptions.Default;
        options.ThrowIfInvalid(nameof(options));
        (source, destination) = (Path.GetFullPath(source), Path.GetFullPath(destination));
        return new ValueTask<long>(
            Task.Run(() => FileCopy.Run(source, destination, options, cancellationToken), cancellationToken));
    }

    /// <summary>Finds the files and folders below a folder.</summary>
    /// <remarks>What lies in a folder is given together, in the order of the system; what lies below it comes later.
    /// Found is what is there when its folder is read. In memory are the folders that are to be read yet, and 256
    /// entries.
    /// </remarks>
    /// <param name="folder">Where to begin; it is not given itself.</param>
    /// <param name="options">What is given, how deep, and what becomes of folders that cannot be read.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <returns>The entries.</returns>
    /// <exception cref="ArgumentException"><paramref name="folder"/> is empty, or an option is out of its
    /// range.</exception>
    /// <exception cref="DirectoryNotFoundException">From the enumeration: there is no such folder.</exception>
    /// <exception cref="IOException">From the enumeration: a folder could not be read, and nobody is told of such.
    /// </exception>
    /// <exception cref="UnauthorizedAccessException">From the enumeration: likewise.</exception>
    public static IAsyncEnumerable<FileEntry> WalkAsync(
        string folder, WalkOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options ??= WalkOptions.Default;
        options.ThrowIfInvalid(nameof(options));
        return WalkCoreAsync(Path.GetFullPath(folder), options, cancellationToken);
    }

    /// <summary>Tells what changes in a folder and below it.</summary>
    /// <remarks>
    /// The first element is a <see cref="FileChangeKind.Rescan"/>: from it on nothing is missed. At most 8,192 changes
    /// wait; when there are more, another <see cref="FileChangeKind.Rescan"/> stands for those that were lost. One act
    /// may be several changes, as a write is, and the system may tell of several acts as one.
    /// </remarks>
    /// <param name="folder">The folder.</param>
    /// <param name="cancellationToken">Ends the watch: it has no other end.</param>
    /// <returns>The changes.</returns>
    /// <exception cref="ArgumentException"><paramref name="folder"/> is empty.</exception>
    /// <exception cref="DirectoryNotFoundException">From the enumeration: there is no such folder.</exception>
    /// <exception cref="IOException">From the enumeration: the system does not watch it, or not any more.</exception>
    public static IAsyncEnumerable<FileChange> WatchAsync(string folder, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return WatchCoreAsync(Path.GetFullPath(folder), cancellationToken);
    }

    /// <summary>Waits for a lock between processes.</summary>
    /// <remarks>Asked for again and again, after 1 ms at first and 100 ms at last, for no system tells when it is free.
    /// So nobody is promised to be next.</remarks>
    /// <param name="path">The file that stands for the lock; it is made when there is none.</param>
    /// <param name="timeProvider">The clock of the waits; by default that of the system.</param>
    /// <param name="cancellationToken">Ends the wait; nothing is locked then.</param>
    /// <returns>The lock, until it is disposed.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    /// <exception cref="IOException">The file could not be made or opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not permitted.</exception>
    public static ValueTask<FileLock> LockAsync(
        string path, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return LockCoreAsync(Path.GetFullPath(path), timeProvider ?? TimeProvider.System, cancellationToken);
    }

    /// <summary>Takes a lock between processes, if it is free.</summary>
    /// <param name="path">The file that stands for the lock; it is made when there is none.</param>
    /// <param name="cancellationToken">Cancelled before the call, nothing is locked.</param>
    /// <returns>The lock, until it is disposed; <see langword="null"/> when somebody has it.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    /// <exception cref="IOException">The file could not be made or opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not permitted.</exception>
    public static ValueTask<FileLock?> TryLockAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string fullPath = Path.GetFullPath(path);
        return new ValueTask<FileLock?>(Task.Run(() => FileLock.TryTake(fullPath), cancellationToken));
    }

    /// <summary>Makes an empty file of a name that nobody can foresee; on Unix its owner's alone.</summary>
    /// <param name="folder">Where; by default where temporary files are.</param>
    /// <param name="cancellationToken">Cancelled before the call, nothing is made.</param>
    /// <returns>The file, until it is disposed.</returns>
    /// <exception cref="IOException">It could not be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not permitted.</exception>
    public static ValueTask<TemporaryPath> CreateTempFileAsync(
        string? folder = null, CancellationToken cancellationToken = default) =>
        new(Task.Run(() => TemporaryPath.CreateFile(folder), cancellationToken));

    /// <summary>Makes an empty folder of a name that nobody can foresee; on Unix its owner's alone.</summary>
    /// <returns>The folder, until it is disposed.</returns>
    /// <inheritdoc cref="CreateTempFileAsync"/>
    public static ValueTask<TemporaryPath> CreateTempFolderAsync(
        string? folder = null, CancellationToken cancellationToken = default) =>
        new(Task.Run(() => TemporaryPath.CreateFolder(folder), cancellationToken));

    private static async ValueTask<FileStream> OpenCoreAsync(
        string path, FileStreamOptions options, CancellationToken cancellationToken)
    {
        Task<FileStream> opening = Task.Run(() => new FileStream(path, options), cancellationToken);
        try
        {
            return await opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!opening.IsCanceled)
        {
            _ = Abandoned.CloseAsync(opening);
            throw;
        }
    }

    private static async IAsyncEnumerable<FileEntry> WalkCoreAsync(
        string folder, WalkOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var walk = new FolderWalk(folder, options);
        while (await Task.Run(walk.ReadBatch, cancellationToken).ConfigureAwait(false) is { Count: > 0 } batch)
        {
            foreach (FileEntry entry in batch)
            {
                yield return entry;
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private static async IAsyncEnumerable<FileChange> WatchCoreAsync(
        string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using FolderWatch watch =
            await Task.Run(() => FolderWatch.Start(folder), cancellationToken).ConfigureAwait(false);
        yield return new FileChange(FileChangeKind.Rescan, folder);
        while (true) yield return await watch.NextAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<FileLock> LockCoreAsync(
        string path, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        TimeSpan wait = _firstLockWait;
        while (true)
        {
            if (await Task.Run(() => FileLock.TryTake(path), cancellationToken).ConfigureAwait(false) is { } taken)
                return taken;
            await Task.Delay(wait, timeProvider, cancellationToken).ConfigureAwait(false);
            wait = wait * 2 < _longestLockWait ? wait * 2 : _longestLockWait;
        }
    }
}
