namespace AsyncKit.Testing;

/// <summary>How one direction of a <see cref="DuplexPair"/> carries its bytes.</summary>
/// <remarks>The defaults are a perfect link: no delay, no loss, and a buffer of 64 KiB.</remarks>
public sealed record LinkOptions
{
    /// <summary>How long each byte is on its way. Zero or more; default: zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, or too long for a timer.</exception>
    public TimeSpan Latency
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            ManualTimer.ThrowIfOutOfRange(value);
            field = value;
        }
    }

    /// <summary>How many bytes can be sent in a second, from 1. Default: no limit.</summary>
    /// <remarks>
    /// What is written at once arrives at once, when its last byte does; <see cref="MaxChunk"/> divides it.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public long? BytesPerSecond
    {
        get;
        init
        {
            if (value is { } bytes) ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1, nameof(value));
            field = value;
        }
    }

    /// <summary>The most bytes that travel together and that one read gives, from 1. Default: no limit.</summary>
    /// <remarks>One makes every read give a single byte: the hardest test of a reader.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is less than 1.</exception>
    public int? MaxChunk
    {
        get;
        init
        {
            if (value is { } bytes) ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1, nameof(value));
            field = value;
        }
    }

    /// <summary>Whether each read may give less than what has come, by choice of the schedule, where a test is
    /// explored: for readers that take a read for a message. Default: no.</summary>
    public bool ExploreChunks { get; init; }

    /// <summary>
    /// How many bytes of this direction are carried before the connection is cut, from 0. Default: it is not cut.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public long? CutAfter
    {
        get;
        init
        {
            if (value is { } bytes) ArgumentOutOfRangeException.ThrowIfNegative(bytes, nameof(value));
            field = value;
        }
    }

    /// <summary>
    /// How many bytes may be written and not read yet before a write waits, from 0. Default: 65,536.
    /// </summary>
    /// <remarks>Zero is lockstep: a write completes when all its bytes have been read.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public int BufferSize
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            field = value;
        }
    } = 64 * 1024;
}
