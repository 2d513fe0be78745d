namespace AsyncKit.Http;

/// <summary>A body as it comes over the wire: counted, timed, and held to the length its header promised.</summary>
/// <param name="raw">The stream of the transport.</param>
/// <param name="promised">The Content-Length, if there is one.</param>
/// <param name="maxBytes">The most that may be read of it; only a look at the beginning of a body has a limit.</param>
/// <param name="clock">The limits on time; <see langword="null"/> when there are none.</param>
internal sealed class WireBody(Stream raw, long? promised, long? maxBytes, BodyClock? clock) : ReadThroughStream(raw)
{
    private readonly Stream _raw = raw;

    /// <summary>How many bytes have come.</summary>
    public long Count { get; private set; }

    /// <exception cref="HttpIOException">The body ended before its promised length.</exception>
    public static void ThrowIfShort(long count, long? promised)
    {
        if (count >= promised || promised is null) return;
        throw new HttpIOException(
            HttpRequestError.ResponseEnded, $"The body ended after {count} of {promised} bytes.");
    }

    /// <exception cref="HttpIOException">The body goes on after its promised length.</exception>
    public static void ThrowIfLong(long count, long? promised)
    {
        if (count <= promised || promised is null) return;
        throw new HttpIOException(
            HttpRequestError.InvalidResponse, $"The body goes on after the {promised} bytes it promised.");
    }

    public override int Read(Span<byte> buffer) => Took(_raw.Read(buffer));

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ValueTask<int> read = clock is null
            ? _raw.ReadAsync(buffer, cancellationToken)
            : clock.ReadAsync(_raw, buffer, cancellationToken);
        return Took(await read.ConfigureAwait(false));
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) clock?.Dispose();
    }

    private int Took(int read)
    {
        Count += read;
        if (read is 0) ThrowIfShort(Count, promised);
        ThrowIfLong(Count, promised);
        if (Count > maxBytes) throw new BodyTooLargeException(maxBytes.Value, Count);
        return read;
    }
}
