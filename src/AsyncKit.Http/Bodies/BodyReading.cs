using System.Net;

namespace AsyncKit.Http;

/// <summary>What becomes of the answers of a fetch.</summary>
internal sealed class BodyReading
{
    private readonly Func<HttpStatusCode, bool>? _accepts;

    private BodyReading(Func<HttpStatusCode, bool>? accepts = null) => _accepts = accepts;

    /// <summary>The whole body is read within the attempt; what is not a success is a failure.</summary>
    public static BodyReading Buffered { get; } = new() { AcceptEncoding = ContentCoding.Accepted };

    /// <summary>The body is left open for a stream. As it comes, so that it can be continued in its middle.</summary>
    public static BodyReading Streamed { get; } = new() { AcceptEncoding = "identity", LeavesOpen = true };

    /// <summary>The body is read at once, but after the attempt, whose limits do not cover it.</summary>
    public static BodyReading Afterwards { get; } =
        new() { AcceptEncoding = ContentCoding.Accepted, LeavesOpen = true, IsForMemory = true };

    /// <summary>Every answer is left as it is, for a caller who sees messages.</summary>
    public static BodyReading Message { get; } = new() { LeavesOpen = true, KeepsFailures = true };

    /// <summary>The value of Accept-Encoding, for requests that have none; <see langword="null"/> for none.</summary>
    public string? AcceptEncoding { get; private init; }

    /// <summary>Whether the body is read by others, after the attempt.</summary>
    public bool LeavesOpen { get; private init; }

    /// <summary>Whether answers that are failures, and redirects, are left to others too.</summary>
    public bool KeepsFailures { get; private init; }

    /// <summary>As <see cref="Streamed"/>, with other statuses that are good besides the successes.</summary>
    public static BodyReading StreamedOr(Func<HttpStatusCode, bool> accepts) =>
        new(accepts) { AcceptEncoding = Streamed.AcceptEncoding, LeavesOpen = true };

    /// <summary>
    /// Whether a body comes: the headers of an answer to HEAD, and with 304, describe one that does not.
    /// </summary>
    public static bool HasBody(HttpMethod method, HttpStatusCode status) =>
        method != HttpMethod.Head && status is not (HttpStatusCode.NoContent or HttpStatusCode.NotModified);

    // A body that is left open, and ends in memory all the same.
    private bool IsForMemory { get; init; }

    /// <summary>The most bytes of a body that is left open; no limit when <see langword="null"/>.</summary>
    public long? MostBytes(FetchBodyOptions options) => IsForMemory ? options.MaxBytes : options.MaxStreamBytes;

    public bool Accepts(HttpStatusCode status) => (int)status is >= 200 and < 300 || _accepts?.Invoke(status) is true;
}
