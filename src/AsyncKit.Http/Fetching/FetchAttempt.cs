using System.Net;

namespace AsyncKit.Http;

/// <summary>What became of one attempt of a fetch.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed record FetchAttempt
{
    /// <summary>The number of the attempt, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>How long the attempt took, from sending to the end of the body or the failure.</summary>
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
}
