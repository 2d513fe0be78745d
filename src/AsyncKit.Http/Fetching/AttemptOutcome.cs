using System.Net;

namespace AsyncKit.Http;

/// <summary>How one attempt ended, as a value: the answer, or why there is none and whether to try again.</summary>
internal sealed record AttemptOutcome
{
    public FetchResponse? Response { get; init; }

    public FetchFailure? Failure { get; init; }

    public HttpStatusCode? StatusCode { get; init; }

    public Exception? Exception { get; init; }

    /// <summary>Whether another attempt may do better.</summary>
    public bool IsTransient { get; init; }

    /// <summary>How long the server asks to be left alone, from the moment of its answer.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The same as a moment.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    public string? BodySnippet { get; init; }

    /// <summary>
    /// Reads a transport exception; <see langword="null"/> for one that is none and must not be touched.
    /// </summary>
    public static AttemptOutcome? FromTransport(Exception exception) => exception switch
    {
        HttpRequestException e => From(e, e.HttpRequestError, e.StatusCode),
        HttpIOException e => From(e, e.HttpRequestError, statusCode: null),
        IOException => Transient(FetchFailure.Transport, exception),
        // The transport's own limit on connecting, which looks like a cancellation but is nobody's.
        OperationCanceledException { InnerException: TimeoutException } => Transient(FetchFailure.Connect, exception),
        InvalidDataException => Transient(FetchFailure.BodyTruncated, exception),
        _ => null,
    };

    private static AttemptOutcome From(Exception exception, HttpRequestError error, HttpStatusCode? statusCode) =>
        error switch
        {
            HttpRequestError.NameResolutionError => Transient(FetchFailure.Dns, exception),
            HttpRequestError.ConnectionError or HttpRequestError.ProxyTunnelError =>
                Transient(FetchFailure.Connect, exception),
            HttpRequestError.ResponseEnded when exception is IOException =>
                Transient(FetchFailure.BodyTruncated, exception),
            // A connection that breaks shows as ResponseEnded, HttpProtocolError, or, when the server resets it,
            // as Unknown.
            HttpRequestError.ResponseEnded or HttpRequestError.HttpProtocolError or HttpRequestError.Unknown =>
                Transient(FetchFailure.Transport, exception) with { StatusCode = statusCode },
            HttpRequestError.SecureConnectionError =>
                new AttemptOutcome { Failure = FetchFailure.Tls, Exception = exception },
            _ => new AttemptOutcome { Failure = FetchFailure.Transport, Exception = exception },
        };

    private static AttemptOutcome Transient(FetchFailure failure, Exception exception) =>
        new() { Failure = failure, Exception = exception, IsTransient = true };
}
