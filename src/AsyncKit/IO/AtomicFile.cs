using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>Replaces a file as a whole: whoever reads it sees the old content or the new, never a part.</summary>
/// <remarks>
/// <para>The content goes to a temporary file in the same folder, is flushed to the disk, and takes the name in one
/// step (<c>rename</c>); then the folder is flushed. When anything fails, or is cancelled, before the name is taken,
/// the old file is as it was and the temporary one is gone; only a process that is killed leaves it behind.</para>
/// <para>Nothing blocks the caller: files are made, flushed and renamed by threads of the pool. Thread-safe; of two
/// that replace one file at a time, the last to complete wins.</para>
/// <para>On a network file system a rename need not be atomic.</para>
/// </remarks>
public static class AtomicFile
{
    private static readonly UTF8Encoding _strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Replaces a file, or makes it, by what a delegate writes.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="write">Writes the content. The stream is buffered, can be written and sought, and ends with the
    /// delegate; disposing it is not needed, and does no harm.</param>
    /// <param name="options">What is flushed, and what is kept of the old file.</param>
    /// <param name="cancellationToken">Ends the work, until the last flush has begun.</param>
    /// <returns>A task that completes when the file has its new content.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="write"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty or ends as that of a folder, or an option
    /// is out of its range.</exception>
    /// <exception cref="IOException">The file could not be written, flushed or renamed. When only the folder could not
    /// be flushed, the message says that the new content is there.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not permitted, or <paramref name="path"/> names a folder.
    /// </exception>
    [OverloadResolutionPriority(1)]
    public static ValueTask ReplaceAsync(
        string path,
        Func<Stream, CancellationToken, ValueTask> write,
        AtomicFileOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        options = Check(path, options);
        return ReplaceCoreAsync(Path.GetFullPath(path), write, options, cancellationToken);
    }

    /// <inheritdoc
    /// cref="ReplaceAsync(string, Func{Stream, CancellationToken, ValueTask}, AtomicFileOptions, CancellationToken)"/>
    public static ValueTask ReplaceAsync(
        string path,
        Func<Stream, CancellationToken, Task> write,
        AtomicFileOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(write);
        return ReplaceAsync(path, (stream, token) => new ValueTask(write(stream, token)), options, cancellationToken);
    }

    /// <summary>Replaces a file by bytes.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="bytes">The content.</param>
    /// <param name="options">What is flushed, and what is kept of the old file.</param>
    /// <param name="cancellationToken">Ends the work, until the last flush has begun.</param>
    /// <returns>A task that completes when the file has its new content.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty or ends as that of a folder, or an option
    /// is out of its range.</exception>
    /// <exception cref="IOException">The file could not be written, flushed or renamed.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not permitted, or <paramref name="path"/> names a folder.
    /// </exception>
    public static ValueTask WriteAllBytesAsync(
        string path,
        ReadOnlyMemory<byte> bytes,
        AtomicFileOptions? options = null,
        CancellationToken cancellationToken = default) =>
        ReplaceAsync(path, (stream, token) => stream.WriteAsync(bytes, token), options, cancellationToken);

    /// <summary>Replaces a file by a text, in UTF-8 without a byte order mark.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <param name="text">The content.</param>
    /// <param name="options">What is flushed, and what is kept of the old file.</param>
    /// <param name="cancellationToken">Ends the work, until the last flush has begun.</param>
    /// <returns>A task that completes when the file has its new content.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="text"/> has half of a surrogate pair;
    /// <paramref name="path"/>
    /// is empty or ends as that of a folder; or an option is out of its range.</exception>
    /// <exception cref="IOException">The file could not be written, flushed or renamed.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not permitted, or <paramref name="path"/> names a folder.
    /// </exception>
    public static ValueTask WriteAllTextAsync(
        string path,
        string text,
        AtomicFileOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            return WriteAllBytesAsync(path, _strict.GetBytes(text), options, cancellationToken);
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException(
                $"A text must be valid UTF-16, but there is half of a surrogate pair at index {e.Index}.",
                nameof(text),
                e);
        }
    }

    /// <summary>Flushes a file that was written under another name, and gives it its own in one step.</summary>
    /// <remarks>For files that take so long to be made that what there is of them must outlive the process. When it
    /// fails, the file has its temporary name still and is open.</remarks>
    /// <param name="file">The file, open to be written, with nothing left in a buffer before it. It is closed when it
    /// has its name. On Windows it must have been opened with <see cref="FileShare.Delete"/>.</param>
    /// <param name="temporaryPath">The path that the file has, in the folder of <paramref name="path"/>, or at least in
    /// the same file system.</param>
    /// <param name="path">The path that it gets.</param>
    /// <param name="overwrite">Whether it may take the place of a file; otherwise that is an
    /// <see cref="IOException"/>.</param>
    /// <param name="options">What is flushed, and what is kept of the old file.</param>
    /// <param name="cancellationToken">Ends the work, until the flush has begun.</param>
    /// <returns>A task that completes when the file has its name.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="file"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">A path is empty, <paramref name="path"/> ends as that of a folder, or an
    /// option is out of its range.</exception>
    /// <exception cref="IOException">The file could not be flushed or renamed, or must not take the place of another.
    /// When only the folder could not be flushed, the message says that the new content is there.</exception>
    /// <exception cref="UnauthorizedAccessException">It is not permitted, or <paramref name="path"/> names a folder.
    /// </exception>
    public static ValueTask PublishAsync(
        SafeFileHandle file,
        string temporaryPath,
        string path,
        bool overwrite = true,
        AtomicFileOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentException.ThrowIfNullOrEmpty(temporaryPath);
        options = Check(path, options);
        string fullPath = Path.GetFullPath(path);
        string fullTemporaryPath = Path.GetFullPath(temporaryPath);
        return new ValueTask(Task.Run(
            () =>
            {
                string target = options.FollowLink ? FollowLink(fullPath) : fullPath;
                PendingFile pending = PendingFile.Adopt(target, fullTemporaryPath, file);
                if (options.KeepMode) pending.TakeModeOfTarget();
                pending.Publish(options.Durability, overwrite);
            },
            cancellationToken));
    }

    private static AtomicFileOptions Check(string path, AtomicFileOptions? options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= AtomicFileOptions.Default;
        options.ThrowIfInvalid(nameof(options));
        if (Path.EndsInDirectorySeparator(path))
            throw new ArgumentException($"A file's path was expected, but '{path}' names a folder.", nameof(path));
        return options;
    }

    private static async ValueTask ReplaceCoreAsync(
        string path,
        Func<Stream, CancellationToken, ValueTask> write,
        AtomicFileOptions options,
        CancellationToken cancellationToken)
    {
        PendingFile file = await Task.Run(
            () => PendingFile.Create(
                options.FollowLink ? FollowLink(path) : path,
                options.KeepMode ? PendingFileMode.OfTarget : PendingFileMode.Default),
            cancellationToken).ConfigureAwait(false);
        try
        {
            var content = new PendingStream(file.File);
            await write(content, cancellationToken).ConfigureAwait(false);
            await content.EndAsync(cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Run(() => file.Publish(options.Durability), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            await Task.Run(file.Abandon, CancellationToken.None).ConfigureAwait(false);
        }
    }

    // Of a name that nothing has yet, nobody can ask where it leads.
    private static string FollowLink(string path) => new FileInfo(path).LinkTarget is null
        ? path
        : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
}
