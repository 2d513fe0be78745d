using System.Buffers;

namespace AsyncKit.Http;

/// <summary>Writes what comes to the part in large blocks, hashes it, and makes it certain from time to time.</summary>
/// <remarks>Used by one flow of control at a time.</remarks>
internal sealed class DownloadWriter(PartFile part, DownloadHashes hashes, TimeProvider timeProvider) : IDisposable
{
    private const int BlockSize = 1024 * 1024;
    private const int BytesBetweenSaves = 8 * 1024 * 1024;
    private static readonly TimeSpan _timeBetweenSaves = TimeSpan.FromSeconds(2);

    private readonly byte[] _block = ArrayPool<byte>.Shared.Rent(BlockSize);
    private int _filled;
    private long _savedAt = timeProvider.GetTimestamp();

    /// <summary>How many bytes of the file there are, those that wait to be written included.</summary>
    public long Length => part.Length + _filled;

    /// <summary>Where what comes next goes; never empty.</summary>
    public Memory<byte> Free => _block.AsMemory(_filled);

    /// <summary>Takes note that so many bytes have come.</summary>
    public async ValueTask AddAsync(int count)
    {
        hashes.Add(_block.AsSpan(_filled, count));
        _filled += count;

        // Of what nobody can go on with, nothing has to be certain before the end.
        bool isTime = part.Record!.Validator is not null && (Length - part.Record.Saved >= BytesBetweenSaves
            || timeProvider.GetElapsedTime(_savedAt) >= _timeBetweenSaves);
        if (isTime || _filled == _block.Length) await FlushAsync().ConfigureAwait(false);
        if (!isTime) return;
        await part.SaveAsync().ConfigureAwait(false);
        _savedAt = timeProvider.GetTimestamp();
    }

    /// <summary>Writes what waits.</summary>
    public async ValueTask FlushAsync()
    {
        if (_filled is 0) return;
        await part.WriteAsync(_block.AsMemory(0, _filled)).ConfigureAwait(false);
        _filled = 0;
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_block);
}
