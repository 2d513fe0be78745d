namespace AsyncKit.Http;

/// <summary>A body did not come, or came too slowly.</summary>
internal sealed class BodyStalledException(string limit, long bytesRead, Exception? inner)
    : IOException($"The body stalled after {bytesRead} bytes: {limit}.", inner)
{
    /// <summary>How many bytes had come over the wire.</summary>
    public long BytesRead { get; } = bytesRead;
}
