using System.Net;

namespace AsyncKit.Http;

/// <summary>What became of one attempt of a fetch.</summary>
/// <remarks>Immutable and thread-safe. The redirects that an attempt followed belong to it.</remarks>
public sealed record FetchAttempt
{
    /// <summary>The number of the attempt, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>When it began: before it waited for its host and for permits.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>
    /// How long it took: from its beginning to the end of the body, or of the headers where the body is a stream, or to
    /// the failure.
    /// </summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The status of the answer; <see langword="null"/> when there was none.</summary>
    public HttpStatusCode? StatusCode { get; init; }

    /// <summary>
    /// Why the attempt failed; <see langword="null"/> when it succeeded, or was cut by a cancellation.
    /// </summary>
    public FetchFailure? Failure { get; init; }

    /// <summary>The message of the exception that ended the attempt; <see langword="null"/> when none did.</summary>
    public string? Error { get; init; }

    /// <summary>The delay between this attempt and the next; <see langword="null"/> when no other followed.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>
    /// The address that the newest connection to the host was made to, which is the one that was used unless the host
    /// has several; <see langword="null"/> when the fetcher did not make the connection.
    /// </summary>
    public IPAddress? RemoteAddress { get; init; }

    /// <summary>The version of HTTP that the answer came with; <see langword="null"/> when there was none.</summary>
    public Version? HttpVersion { get; init; }

    /// <summary>How many bytes of the body came within the attempt, as they came over the wire.</summary>
    public long BytesReceived { get; init; }
}
