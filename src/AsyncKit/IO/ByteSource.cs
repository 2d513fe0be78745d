namespace AsyncKit.IO;

/// <summary>Where the bytes of a text come from. For one reader at a time.</summary>
internal abstract class ByteSource : IAsyncDisposable
{
    /// <summary>The path, or what else it is called in messages.</summary>
    public abstract string Name { get; }

    /// <summary>Whether <see cref="Read"/> may be called, by a thread that may be blocked.</summary>
    public virtual bool CanReadAhead => false;

    /// <summary>Reads what is in memory, without waiting for anything.</summary>
    /// <returns>How many bytes; zero at the end; less when it would have to wait.</returns>
    public virtual int ReadAtOnce(Span<byte> buffer) => CachedReads.WouldWait;

    /// <summary>Reads what comes next.</summary>
    /// <returns>How many bytes; zero at the end.</returns>
    public abstract ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Reads what comes next, and blocks the thread.</summary>
    public virtual int Read(Span<byte> buffer) => throw new NotSupportedException();

    /// <summary>Goes to a place, if that can be done without reading up to it.</summary>
    public virtual bool TrySeek(long offset) => false;

    public abstract ValueTask DisposeAsync();
}
