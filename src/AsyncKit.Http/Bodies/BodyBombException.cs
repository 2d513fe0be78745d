namespace AsyncKit.Http;

/// <summary>A body became far larger by decompression than honest ones do.</summary>
internal sealed class BodyBombException(long wireBytes, long decodedBytes, int maxRatio)
    : IOException(
        $"The body became more than {maxRatio} times as large by decompression: {wireBytes} bytes came over the wire, "
        + $"and gave {decodedBytes} so far.")
{
    /// <summary>How many bytes came over the wire.</summary>
    public long WireBytes { get; } = wireBytes;

    /// <summary>How many came out of them until it was found.</summary>
    public long DecodedBytes { get; } = decodedBytes;

    /// <summary>How many times more they may be.</summary>
    public int MaxRatio { get; } = maxRatio;
}
