namespace AsyncKit.IO;

/// <summary>A stream of somebody's.</summary>
internal sealed class StreamSource(Stream stream, string name, bool leaveOpen) : ByteSource
{
    public override string Name => name;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) =>
        stream.ReadAsync(buffer, cancellationToken);

    // What a stream throws when it is closed is of no use to who has read it.
    public override async ValueTask DisposeAsync()
    {
        if (leaveOpen) return;
        try
        {
            await stream.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or ObjectDisposedException)
        {
            // A dispose of ours does not throw.
        }
    }
}
