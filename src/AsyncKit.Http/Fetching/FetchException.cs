using System.Net;

namespace AsyncKit.Http;

/// <summary>A fetch that failed for good, with the history of its attempts.</summary>
/// <remarks>
/// Messages and <see cref="RedactedUri"/> hold neither user names nor passwords nor query strings,
/// so that they may be logged.
/// </remarks>
public sealed class FetchException : HttpRequestException
{
    /// <summary>Makes the exception of a failed fetch.</summary>
    /// <param name="failure">Why it failed.</param>
    /// <param name="message">What happened, for people.</param>
    /// <param name="inner">The exception of the last attempt, if one ended it.</param>
    /// <param name="statusCode">The status of the last answer, if there was one.</param>
    public FetchException(
        FetchFailure failure, string? message, Exception? inner = null, HttpStatusCode? statusCode = null)
        : base(ErrorOf(inner), message, inner, statusCode) =>
        Failure = failure;

    /// <summary>Why the fetch failed.</summary>
    public FetchFailure Failure { get; }

    /// <summary>Every attempt, in order.</summary>
    public IReadOnlyList<FetchAttempt> Attempts { get; init; } = [];

    /// <summary>
    /// The earliest moment the server wants to be asked again; <see langword="null"/> when it named none.
    /// </summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>The address without user name, password, query and fragment.</summary>
    public string RedactedUri { get; init; } = "";

    /// <summary>
    /// The beginning, at most 4 KiB, of the text the server sent with a failure; <see langword="null"/> when none.
    /// </summary>
    public string? BodySnippet { get; init; }

    private static HttpRequestError ErrorOf(Exception? inner) => inner switch
    {
        HttpRequestException e => e.HttpRequestError,
        HttpIOException e => e.HttpRequestError,
        _ => HttpRequestError.Unknown,
    };
}
