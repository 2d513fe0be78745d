namespace AsyncKit.Http;

/// <summary>
/// How much of a body is read, how far it may grow when it is decompressed, and how long it may take.
/// </summary>
/// <remarks>
/// <para>Bodies that a <see cref="HttpFetcher"/> decompresses are those whose <c>Content-Encoding</c> is <c>gzip</c>,
/// <c>br</c> or <c>deflate</c> in the form of zlib, or up to three of them, one upon the other. Others are given as
/// they come, with the header that says so.</para>
/// <para>A body that meets a limit fails; it is never cut silently. Not thread-safe.</para>
/// </remarks>
public sealed class FetchBodyOptions
{
    private static readonly TimeSpan _leastTime = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// The largest body that is read into memory, in bytes after decompression: from 1 to 2,147,483,590.
    /// Default: 64 MiB.
    /// </summary>
    public int MaxBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// The largest body that is read as a stream or into a file, in bytes after decompression: from 1, or
    /// <see langword="null"/> for no limit. Default: <see langword="null"/>.
    /// </summary>
    public long? MaxStreamBytes { get; set; }

    /// <summary>
    /// How many times larger a body may become by decompression, from 1, once it is larger than
    /// <see cref="RatioFloorBytes"/>. Default: 200.
    /// </summary>
    /// <remarks>
    /// Looked at while the body comes, with what has come by then. Of several codings each is held to it, measured
    /// against what came over the wire.
    /// </remarks>
    public int MaxDecompressionRatio { get; set; } = 200;

    /// <summary>
    /// Up to how many bytes after decompression the ratio is not looked at: zero or more. Default: 10 MiB.
    /// </summary>
    /// <remarks>Small bodies that say the same over and over are common, and harm nobody.</remarks>
    public int RatioFloorBytes { get; set; } = 10 * 1024 * 1024;

    /// <summary>
    /// The longest time without a byte from the server, while the body is being read: from 10 milliseconds to 1 day, or
    /// <see cref="Timeout.InfiniteTimeSpan"/>. Default: 30 seconds.
    /// </summary>
    /// <remarks>
    /// The time a reader takes between its reads does not count. Holds for asynchronous reads: a blocking one cannot be
    /// ended from outside.
    /// </remarks>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The least bytes a second that the server must send, from 1, or <see langword="null"/> for no such rule.
    /// Default: <see langword="null"/>.
    /// </summary>
    /// <remarks>
    /// Bytes as they come over the wire, over <see cref="MinThroughputWindow"/>. Only the time spent waiting for the
    /// server counts, so that a slow reader is not held against it. Holds for asynchronous reads.
    /// </remarks>
    public long? MinBytesPerSecond { get; set; }

    /// <summary>
    /// The time of waiting over which <see cref="MinBytesPerSecond"/> is measured: from 10 milliseconds to 1 day.
    /// Default: 30 seconds.
    /// </summary>
    public TimeSpan MinThroughputWindow { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many bytes of a request's body that cannot be rewound are kept, so that it can be sent again: zero or more.
    /// Default: 1 MiB.
    /// </summary>
    public int RetryBufferBytes { get; set; } = 1024 * 1024;

    internal FetchBodyOptions Copy() => (FetchBodyOptions)MemberwiseClone();

    internal IEnumerable<string> Violations(string name) =>
    [
        .. OptionRules.Range($"{name}.{nameof(MaxBytes)}", MaxBytes, least: 1, most: Array.MaxLength - 1),
        .. OptionRules.Range($"{name}.{nameof(MaxStreamBytes)}", MaxStreamBytes ?? 1, least: 1),
        .. OptionRules.Range($"{name}.{nameof(MaxDecompressionRatio)}", MaxDecompressionRatio, least: 1),
        .. OptionRules.Range($"{name}.{nameof(RatioFloorBytes)}", RatioFloorBytes, least: 0),
        .. OptionRules.Range($"{name}.{nameof(MinBytesPerSecond)}", MinBytesPerSecond ?? 1, least: 1),
        .. OptionRules.Range($"{name}.{nameof(RetryBufferBytes)}", RetryBufferBytes, least: 0),
        .. OptionRules.RangeOrInfinite($"{name}.{nameof(IdleTimeout)}", IdleTimeout, _leastTime),
        .. OptionRules.Range($"{name}.{nameof(MinThroughputWindow)}", MinThroughputWindow, _leastTime),
    ];
}
