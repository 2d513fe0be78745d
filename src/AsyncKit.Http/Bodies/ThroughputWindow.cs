namespace AsyncKit.Http;

/// <summary>Measures the speed of a body over windows of the time that was spent waiting for it.</summary>
/// <remarks>Not thread-safe. Moments are times since any one moment.</remarks>
internal sealed class ThroughputWindow(long minBytesPerSecond, TimeSpan length)
{
    private readonly double _least = minBytesPerSecond * length.TotalSeconds;
    private long _bytesAtStart;
    private TimeSpan _waited;
    private TimeSpan? _waitingSince;

    public void Begin(TimeSpan now) => _waitingSince = now;

    public void End(TimeSpan now)
    {
        _waited = Waited(now);
        _waitingSince = null;
    }

    /// <summary>When the window ends, if nothing but waiting happens.</summary>
    public TimeSpan Due(TimeSpan now) => now + length - Waited(now);

    /// <summary>
    /// Why the body is too slow, once the window has ended; otherwise, or when it is not, <see langword="null"/>.
    /// </summary>
    public string? Judge(TimeSpan now, long bytes)
    {
        if (Waited(now) < length) return null;
        long came = bytes - _bytesAtStart;
        if (came < _least) return $"{came} bytes came in {length}, less than {minBytesPerSecond} bytes a second";

        _bytesAtStart = bytes;
        _waited = TimeSpan.Zero;
        _waitingSince = now;
        return null;
    }

    private TimeSpan Waited(TimeSpan now) =>
        _waitingSince is { } since ? _waited + (now - since) : _waited;
}
