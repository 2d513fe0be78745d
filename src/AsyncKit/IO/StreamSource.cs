namespace AsyncKit.IO;

/// <summary>A stream: of somebody's, or of ours that decompresses a file.</summary>
/// <param name="stream">The stream.</param>
/// <param name="name">What it is called in messages.</param>
/// <param name="isOurs">Whether it is read from a file by us, and may block a thread.</param>
/// <param name="leaveOpen">Whether it is not closed with the source.</param>
internal sealed class StreamSource(Stream stream, string name, bool isOurs, bool leaveOpen) : ByteSource
{
    public override string Name => name;

    public override bool CanReadAhead => isOurs;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken) => isOurs
        ? new ValueTask<int>(Task.Run(() => Read(buffer.Span), cancellationToken))
        : stream.ReadAsync(buffer, cancellationToken);

    public override int Read(Span<byte> buffer) => stream.Read(buffer);

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
