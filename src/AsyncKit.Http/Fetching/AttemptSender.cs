using System.Net;
using AsyncKit.Timing;

namespace AsyncKit.Http;

/// <summary>
/// Makes single attempts: sends the request and reads the answer, within the limits on time and size.
/// </summary>
/// <remarks>Throws for cancellations and for what is not HTTP's; every other failure is a value.</remarks>
internal sealed class AttemptSender(HttpMessageInvoker transport, HttpFetcherOptions options)
{
    public async Task<AttemptOutcome> SendAsync(Uri uri, CancellationToken cancellationToken)
    {
        try
        {
            return await Timeouts.RunAsync(
                token => SendWithoutLimitAsync(uri, token),
                options.AttemptTimeout.Timeout,
                options.TimeProvider,
                cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            return new AttemptOutcome { Failure = FetchFailure.AttemptTimeout, Exception = e, IsTransient = true };
        }
    }

    private async ValueTask<AttemptOutcome> SendWithoutLimitAsync(Uri uri, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, uri);
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
        byte[]? body = await BoundedBody.ReadAsync(response.Content, options.MaxBodyBytes, cancellationToken)
            .ConfigureAwait(false);
        return body is null
            ? new AttemptOutcome { Failure = FetchFailure.TooLarge, StatusCode = response.StatusCode }
            : new AttemptOutcome
            {
                StatusCode = response.StatusCode,
                Response = new FetchResponse(response, uri, body),
            };
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
            BodySnippet = await BoundedBody.ReadSnippetAsync(response.Content, cancellationToken).ConfigureAwait(false),
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
