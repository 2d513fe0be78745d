namespace AsyncKit.Http;

/// <summary>Reads the exceptions of transports and bodies.</summary>
internal static class TransportFailure
{
    // HTTP/2: the stream was refused, and nothing was done: RFC 9113, section 8.7.
    private const long RefusedStream = 0x7;

    /// <summary>
    /// Whether an exception is of HTTP; others are mistakes, or somebody's cancellation, and pass untouched.
    /// </summary>
    public static bool Is(Exception exception) => Read(exception) is not null;

    /// <summary>The outcome that an exception stands for; <see langword="null"/> for one that is not HTTP's.</summary>
    public static AttemptOutcome? Read(Exception exception) => exception switch
    {
        _ when Refusal(exception) is { } refusal => Final(FetchFailure.Blocked, refusal) with { IsUnsent = true },
        BodyTooLargeException => Final(FetchFailure.TooLarge, exception),
        BodyBombException => Final(FetchFailure.DecompressionBomb, exception),
        BodyStalledException => Transient(FetchFailure.BodyStalled, exception),
        HttpRequestException e => Of(e, e.HttpRequestError) with { StatusCode = e.StatusCode },
        HttpIOException e => Of(e, e.HttpRequestError),
        IOException => Transient(FetchFailure.Transport, exception),
        // The transport's own limit on connecting, which looks like a cancellation but is nobody's.
        OperationCanceledException { InnerException: TimeoutException } =>
            Transient(FetchFailure.Connect, exception) with { IsUnsent = true },
        InvalidDataException => Transient(FetchFailure.BodyTruncated, exception),
        _ => null,
    };

    private static AttemptOutcome Of(Exception exception, HttpRequestError error) => error switch
    {
        HttpRequestError.NameResolutionError => Transient(FetchFailure.Dns, exception) with { IsUnsent = true },
        HttpRequestError.ConnectionError or HttpRequestError.ProxyTunnelError =>
            Transient(FetchFailure.Connect, exception) with { IsUnsent = true },
        HttpRequestError.ResponseEnded when exception is IOException =>
            Transient(FetchFailure.BodyTruncated, exception),
        // A connection that breaks shows as ResponseEnded, HttpProtocolError, or, when the server resets it,
        // as Unknown.
        HttpRequestError.ResponseEnded or HttpRequestError.HttpProtocolError or HttpRequestError.Unknown =>
            Transient(FetchFailure.Transport, exception) with { IsUnsent = WasRefused(exception) },
        HttpRequestError.SecureConnectionError => Final(FetchFailure.Tls, exception) with { IsUnsent = true },
        _ => Final(FetchFailure.Transport, exception),
    };

    private static bool WasRefused(Exception exception) =>
        (exception as HttpProtocolException ?? exception.InnerException as HttpProtocolException)
            is { ErrorCode: RefusedStream };

    private static Exception? Refusal(Exception exception) =>
        exception as OutboundRefusedException ?? exception.InnerException as OutboundRefusedException;

    private static AttemptOutcome Transient(FetchFailure failure, Exception exception) =>
        new() { Failure = failure, Exception = exception, IsTransient = true };

    private static AttemptOutcome Final(FetchFailure failure, Exception exception) =>
        new() { Failure = failure, Exception = exception };
}
