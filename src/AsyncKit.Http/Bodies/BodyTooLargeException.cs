namespace AsyncKit.Http;

/// <summary>A body is larger than it may be.</summary>
internal sealed class BodyTooLargeException(long maxBytes, long bytes)
    : IOException($"The body is larger than {maxBytes} bytes: it has at least {bytes}.")
{
    /// <summary>The limit.</summary>
    public long MaxBytes { get; } = maxBytes;

    /// <summary>How many bytes there are at least: as many as came, or as its header promised.</summary>
    public long Bytes { get; } = bytes;
}
