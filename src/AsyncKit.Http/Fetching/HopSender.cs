using System.Net;
using AsyncKit.Timing;
using Polly;

namespace AsyncKit.Http;

/// <summary>
/// Sends single requests, and reads what comes: headers, and the body where it is wanted, within the limit of an
/// attempt.
/// </summary>
/// <remarks>Throws for cancellations and for what is not HTTP's; every other failure is a value.</remarks>
internal sealed class HopSender(
    HttpMessageInvoker transport, HttpFetcherOptions options, FetchTelemetry telemetry)
{
    // The limit of the attempt comes first, and ends a body that stalls: then no other clock is needed.
    private readonly FetchBodyOptions _body = WithoutIdleTimeout(options);

    /// <summary>Sends a request within the limits of an attempt and of its fetch.</summary>
    /// <returns>What came of it; an exception only for cancellations, and for what is not HTTP's.</returns>
    public async ValueTask<Outcome<AttemptOutcome>> SendAsync(
        RequestHop hop, BodyReading reading, Deadline deadline, TimeCut cut)
    {
        HttpResponseMessage? response = null;
        AttemptOutcome? outcome = null;
        TimeSpan limit = options.AttemptTimeout.Timeout;
        TimeSpan left = deadline.Remaining;
        cut.Limit(left < limit ? left : limit);
        try
        {
            using HttpRequestMessage request = await hop.ToMessageAsync(options, cut.Token).ConfigureAwait(false);
            Complete(request, reading);
            response = await transport.SendAsync(request, cut.Token).ConfigureAwait(false);
            telemetry.CountBody(response, hop.Uri);
            outcome = await ReadAsync(hop, reading, response, cut.Token).ConfigureAwait(false);
        }
        // Cancelling aborts the connection, and what that provokes is the cancellation, whatever its type.
        catch (Exception e)
            when (cut.Token.IsCancellationRequested && (e is OperationCanceledException || TransportFailure.Is(e)))
        {
            if (cut.IsByCaller || left < limit)
                return Outcome.FromException<AttemptOutcome>(new OperationCanceledException(e.Message, e, cut.Token));
            outcome = TimedOut(limit, e);
        }
        catch (Exception e)
        {
            outcome = TransportFailure.Read(e);
            if (outcome is null) return Outcome.FromException<AttemptOutcome>(e);
            outcome.StatusCode ??= response?.StatusCode;
        }
        finally
        {
            if (outcome?.Open is null) response?.Dispose();
        }

        outcome.HttpVersion = response?.Version;
        return Outcome.FromResult(outcome);
    }

    private static FetchBodyOptions WithoutIdleTimeout(HttpFetcherOptions options)
    {
        FetchBodyOptions copy = options.Body.Copy();
        if (copy.IdleTimeout >= options.AttemptTimeout.Timeout) copy.IdleTimeout = Timeout.InfiniteTimeSpan;
        return copy;
    }

    private static AttemptOutcome TimedOut(TimeSpan limit, Exception exception) => new()
    {
        Failure = FetchFailure.AttemptTimeout,
        Exception = new TimeoutException(
            $"The attempt was cancelled because its limit of {limit} had passed.", exception),
        IsTransient = true,
    };

    private void Complete(HttpRequestMessage request, BodyReading reading)
    {
        // A range is one of the bytes of a representation: of the plain one, unless the caller wants another.
        string? encoding = request.Headers.Contains("Range") ? "identity" : reading.AcceptEncoding;
        if (reading.AcceptEncoding is not null && !request.Headers.Contains("Accept-Encoding"))
            request.Headers.TryAddWithoutValidation("Accept-Encoding", encoding);
        if (options.UserAgent is not null && !request.Headers.Contains("User-Agent"))
            request.Headers.UserAgent.ParseAdd(options.UserAgent);
    }

    private async ValueTask<AttemptOutcome> ReadAsync(
        RequestHop hop, BodyReading reading, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!reading.Accepts(response.StatusCode))
            return await ReadFailureAsync(hop, reading, response, cancellationToken).ConfigureAwait(false);
        if (reading.LeavesOpen) return new AttemptOutcome { StatusCode = response.StatusCode, Open = response };
        (byte[] body, long wireBytes) = BodyReading.HasBody(hop.Method, response.StatusCode)
            ? await BoundedBody.ReadAsync(response.Content, _body, options.TimeProvider, cancellationToken)
                .ConfigureAwait(false)
            : ([], 0);
        return new AttemptOutcome
        {
            StatusCode = response.StatusCode,
            Response = new FetchResponse(response, hop.Uri, body),
            BytesReceived = wireBytes,
        };
    }

    private async ValueTask<AttemptOutcome> ReadFailureAsync(
        RequestHop hop, BodyReading reading, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (!reading.KeepsFailures && hop.Target(response) is { } target)
        {
            FetchFailure? refusal = hop.Refuse(target, response.StatusCode, options.Redirects);
            return new AttemptOutcome { StatusCode = response.StatusCode, Redirect = target, Failure = refusal };
        }

        DateTimeOffset now = options.TimeProvider.GetUtcNow();
        TimeSpan? retryAfter = RetryAfter.Read(response.Headers, now);
        return new AttemptOutcome
        {
            Failure = FetchFailure.Status,
            StatusCode = response.StatusCode,
            IsTransient = IsTransient(response.StatusCode),
            RetryAfter = retryAfter,
            RetryAt = retryAfter is { } wait ? Moments.Add(now, wait) : null,
            Open = reading.KeepsFailures ? response : null,
            BodySnippet = reading.KeepsFailures
                ? null
                : await BoundedBody
                    .ReadSnippetAsync(response.Content, _body, options.TimeProvider, cancellationToken)
                    .ConfigureAwait(false),
        };
    }

    private bool IsTransient(HttpStatusCode status) => status switch
    {
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests => true,
        _ when options.Retry is { RetryAllServerErrors: true } => (int)status >= 500,
        // They say that the server cannot do this at all, not that it cannot do it now.
        HttpStatusCode.NotImplemented or HttpStatusCode.HttpVersionNotSupported
            or HttpStatusCode.NetworkAuthenticationRequired => false,
        _ => (int)status is >= 500 and < 600,
    };
}
