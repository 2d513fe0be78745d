using System.Buffers;
using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>One copy of a file. It blocks a thread, as every way to copy does.</summary>
[DebuggerDisplay("{_copied} of {_length} bytes")]
internal sealed class FileCopy
{
    // It fits into the cache of a processor. Larger blocks are not faster.
    private const int BlockSize = 256 * 1024;

    // Not the bits that make a program run as its owner: the owner of the copy may be another one.
    private const UnixFileMode Permissions = (UnixFileMode)0b111_111_111;

    private static readonly TimeSpan _reportInterval = TimeSpan.FromMilliseconds(100);

    private readonly FileCopyOptions _options;
    private readonly SafeFileHandle _source;
    private readonly SafeFileHandle _target;
    private readonly long _length;
    private long _copied;
    private long _reported;

    private FileCopy(SafeFileHandle source, SafeFileHandle target, FileCopyOptions options)
    {
        _source = source;
        _target = target;
        _options = options;
        _length = RandomAccess.GetLength(source);
        _reported = options.TimeProvider.GetTimestamp();
    }

    public static long Run(
        string source, string destination, FileCopyOptions options, CancellationToken cancellationToken)
    {
        using SafeFileHandle file = File.OpenHandle(
            source, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.SequentialScan);
        if (Directory.Exists(destination))
            throw new IOException($"'{destination}' is a folder; a file cannot be copied over it.");

        // Before the work. What appears meanwhile is found at the end, by the rename.
        if (!options.Overwrite && Path.Exists(destination))
            throw new IOException($"The file '{destination}' exists already.");
        PendingFile target = PendingFile.Create(destination, PendingFileMode.Private);
        try
        {
            var copy = new FileCopy(file, target.File, options);
            copy.CopyContent(cancellationToken);
            copy.CopyAttributes();
            target.Publish(options.Durability, options.Overwrite);
            options.Progress?.Report(new FileCopyProgress(copy._copied, copy._length));
            return copy._copied;
        }
        finally
        {
            target.Abandon();
        }
    }

    // The end is where nothing can be read: what the length says may have changed.
    private void CopyContent(CancellationToken cancellationToken)
    {
        // Room that is taken at once is written much faster than room that is found block by block.
        bool isReserved = _length > 0 && Posix.TryReserve(_target, 0, _length);
        byte[] block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int read = RandomAccess.Read(_source, block.AsSpan(0, BlockSize), _copied);
                if (read is 0) break;
                ReadOnlySpan<byte> bytes = block.AsSpan(0, read);
                RandomAccess.Write(_target, bytes, _copied);
                _options.Hash?.AppendData(bytes);
                _copied += read;
                Report();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        if (isReserved && _copied < _length) RandomAccess.SetLength(_target, _copied);
    }

    private void CopyAttributes()
    {
        try
        {
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(_target, File.GetUnixFileMode(_source) & Permissions);
            File.SetLastWriteTimeUtc(_target, File.GetLastWriteTimeUtc(_source));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not every file system has modes, and not every share lets them be set. The content is there all the same.
        }
    }

    private void Report()
    {
        if (_options.Progress is null || _options.TimeProvider.GetElapsedTime(_reported) < _reportInterval) return;
        _reported = _options.TimeProvider.GetTimestamp();
        _options.Progress.Report(new FileCopyProgress(_copied, _length));
    }
}
