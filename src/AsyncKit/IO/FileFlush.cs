using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>Flushes a file to the disk, and its name, until that fails once: afterwards the system may have dropped
/// what it could not write, and call the next flush a good one. Blocks as long as it takes.</summary>
/// <param name="file">The open file.</param>
/// <param name="path">Its full path, which it may have later only.</param>
internal sealed class FileFlush(SafeFileHandle file, string path)
{
    private Exception? _contentFault;
    private Exception? _nameFault;

    /// <summary>Flushes what the file holds.</summary>
    /// <exception cref="IOException">It could not be flushed, now or earlier.</exception>
    public void Content()
    {
        ThrowIfFailed();
        try
        {
            RandomAccess.FlushToDisk(file);
        }
        catch (Exception e)
        {
            _contentFault = e;
            throw;
        }
    }

    /// <summary>Flushes the folder that the file is in.</summary>
    /// <exception cref="IOException">It could not be flushed.</exception>
    public void Name()
    {
        try
        {
            Posix.FlushFolder(Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _nameFault = e;
            ThrowIfFailed();
        }
    }

    /// <exception cref="IOException">A flush has failed.</exception>
    public void ThrowIfFailed()
    {
        if (_contentFault is not null)
            throw new IOException($"'{path}' cannot be flushed: its content may be lost.", _contentFault);
        if (_nameFault is null) return;
        throw new IOException(
            $"'{path}' has its new content, but the folder could not be flushed: after a power failure it may have the "
            + "old one again, or none.",
            _nameFault);
    }
}
