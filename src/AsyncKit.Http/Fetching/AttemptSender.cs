using System.Net;

namespace AsyncKit.Http;

/// <summary>
/// Makes single attempts: sends the request and reads the answer, within the limits on time and size.
/// </summary>
/// <remarks>Throws for cancellations and for what is not HTTP's; every other failure is a value.</remarks>
internal sealed class AttemptSender(HttpMessageInvoker transport, HttpFetcherOptions options)
{
    // The limit of the attempt ends a body that stalls.
    private readonly FetchBodyOptions _body = new()
    {
        MaxBytes = options.MaxBodyBytes,
        IdleTimeout = Timeout.InfiniteTimeSpan,
    };

    public Task<AttemptOutcome> SendAsync(Uri uri, CancellationToken cancellationToken) => OwnTimeout.RunAsync(
        token => SendWithoutLimitAsync(uri, token),
        options.AttemptTimeout.Timeout,
        options.TimeProvider,
        static e => new AttemptOutcome { Failure = FetchFailure.AttemptTimeout, Exception = e, IsTransient = true },
        cancellationToken);

    private async ValueTask<AttemptOutcome> SendWithoutLimitAsync(Uri uri, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, uri);
            request.Headers.Add("Accept-Encoding", ContentCoding.Accepted);
            if (options.UserAgent is not null) request.Headers.UserAgent.ParseAdd(options.UserAgent);
            using HttpResponseMessage response = await transport.SendAsync(request, cancellationToken)
                .ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? await ReadAsync(response, uri, cancellationToken).ConfigureAwait(false)
                : await ReadFailureAsync(response, cancellationToken).ConfigureAwait(false);
        }
        // Cancelling aborts the connection, and what that provokes is the cancellation, whatever its type.
        catch (Exception e)
            when (cancellationToken.IsCancellationRequested && AttemptOutcome.FromTransport(e) is not null)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
        catch (Exception e) when (AttemptOutcome.FromTransport(e) is { } outcome)
        {
            return outcome;
        }
    }

    private async ValueTask<AttemptOutcome> ReadAsync(
        HttpResponseMessage response, Uri uri, CancellationToken cancellationToken)
    {
        try
        {
            byte[] body = await BoundedBody
                .ReadAsync(response.Content, _body, options.TimeProvider, cancellationToken).ConfigureAwait(false);
            return new AttemptOutcome
            {
                StatusCode = response.StatusCode,
                Response = new FetchResponse(response, uri, body),
            };
        }
        catch (Exception e) when (e is BodyTooLargeException or BodyBombException)
        {
            return new AttemptOutcome { StatusCode = response.StatusCode, Failure = FetchFailure.TooLarge, Exception = e };
        }
        catch (Exception e)
            when (!cancellationToken.IsCancellationRequested && AttemptOutcome.FromTransport(e) is { } outcome)
        {
            return outcome with { StatusCode = response.StatusCode };
        }
    }

    private async ValueTask<AttemptOutcome> ReadFailureAsync(
        HttpResponseMessage response, CancellationToken cancellationToken)
    {
        DateTimeOffset now = options.TimeProvider.GetUtcNow();
        TimeSpan? retryAfter = RetryAfter.Read(response.Headers, now);
        return new AttemptOutcome
        {
            Failure = FetchFailure.Status,
            StatusCode = response.StatusCode,
            IsTransient = IsTransient(response.StatusCode),
            RetryAfter = retryAfter,
            RetryAt = retryAfter is { } wait ? SaturatingAdd(now, wait) : null,
            BodySnippet = await BoundedBody
                .ReadSnippetAsync(response.Content, _body, options.TimeProvider, cancellationToken)
                .ConfigureAwait(false),
        };
    }

    private static DateTimeOffset SaturatingAdd(DateTimeOffset now, TimeSpan wait) =>
        wait < DateTimeOffset.MaxValue - now ? now + wait : DateTimeOffset.MaxValue;

    private static bool IsTransient(HttpStatusCode status) => status switch
    {
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests => true,
        // They say that the server cannot do this at all, not that it cannot do it now.
        HttpStatusCode.NotImplemented or HttpStatusCode.HttpVersionNotSupported
            or HttpStatusCode.NetworkAuthenticationRequired => false,
        _ => (int)status is >= 500 and < 600,
    };
}
