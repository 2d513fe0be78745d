using System.Diagnostics;
using System.Net;

namespace AsyncKit.Http;

/// <summary>Gives an <see cref="HttpClient"/> the retries, limits and guards of a <see cref="HttpFetcher"/>.</summary>
/// <remarks>
/// <para>Every attempt sends a message of its own, built from the caller's: its method, version, headers and options,
/// so that what handlers inside add is there once. The content is sent again where that is possible: bytes, text,
/// forms, JSON and streams that can seek; of a stream that cannot seek, and of contents of a known length, as much as
/// <see cref="FetchBodyOptions.RetryBufferBytes"/> holds. What cannot be sent again is attempted once, and its own
/// failure comes out.</para>
/// <para><b>Answers.</b> As with every <see cref="HttpClient"/> a status is no exception: after the last attempt, a 503
/// is returned. Redirects, cookies and decompression are left to the handlers inside. The limits on an attempt and on
/// the whole end with the headers; the body has those of <see cref="HttpFetcherOptions.Body"/> (idle time, throughput,
/// <see cref="FetchBodyOptions.MaxStreamBytes"/>), and a read of one that breaks off, stalls or is too large throws an
/// <see cref="IOException"/>, which <see cref="HttpClient"/> wraps in an <see cref="HttpRequestException"/> where it
/// reads the body itself.</para>
/// <para><b>Permits</b> are held until the content is read to its end or disposed of; of an answer that nobody reads or
/// disposes of, until <see cref="FetchBodyOptions.IdleTimeout"/> has passed without a read.</para>
/// <para><b>Errors.</b> <see cref="FetchException"/>, an <see cref="HttpRequestException"/>, when no answer came. The
/// caller's cancellation is an <see cref="OperationCanceledException"/>.</para>
/// <para>Set <see cref="HttpClient.Timeout"/> to <see cref="Timeout.InfiniteTimeSpan"/>: the limits are here. Only
/// asynchronous: the blocking <c>Send</c> throws <see cref="NotSupportedException"/>, for there is no delay without a
/// thread in it. Thread-safe.</para>
/// </remarks>
[DebuggerDisplay("{_engine.Look()}")]
public sealed class FetchResilienceHandler : DelegatingHandler
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly ResilienceState _state;
    private readonly bool _ownsState;
    private readonly HttpMessageInvoker _inside;
    private readonly FetchEngine _engine;

    /// <summary>Makes the handler; its <see cref="DelegatingHandler.InnerHandler"/> is what sends.</summary>
    /// <param name="options">The limits and retries; the defaults when <see langword="null"/>. What they say of
    /// redirects, connections and decompression has no effect here.</param>
    /// <exception cref="ArgumentException">
    /// An option is out of its range; the message names it, its rule and its value.
    /// </exception>
    public FetchResilienceHandler(HttpFetcherOptions? options = null)
        : this(
            new ResilienceState(HttpFetcherOptions.CheckedCopy(options ?? new HttpFetcherOptions())), ownsState: true)
    {
    }

    internal FetchResilienceHandler(ResilienceState state, bool ownsState)
    {
        (_state, _ownsState) = (state, ownsState);
        _inside = new HttpMessageInvoker(new Inside(base.SendAsync));
        _engine = new FetchEngine(_inside, state);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Always: it sends asynchronously only.</exception>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        throw new NotSupportedException(
            $"A {nameof(FetchResilienceHandler)} sends asynchronously only: call SendAsync instead of Send.");

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        Uri uri = request.RequestUri
            ?? throw new ArgumentException("A request must have a RequestUri, but it is null.", nameof(request));
        var fetch = new FetchRequest(request, uri)
        {
            Body = request.Content is null ? null : new MessageBody(request.Content),
        };
        (AttemptOutcome outcome, FetchHistory history) = await _engine
            .RunAsync(fetch, BodyReading.Message, cancellationToken).ConfigureAwait(false);
        HttpResponseMessage response = outcome.Open!;
        ThrowIfTooLarge(request, outcome, history);
        Return(request, response);
        Guard(request, response, outcome.Pass);
        return response;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _engine.Dispose();
            _inside.Dispose();
            if (_ownsState) _state.Dispose();
        }

        base.Dispose(disposing);
    }

    // A primary handler that follows redirects leaves the last address in the message it was given: it is the caller's
    // to see.
    private static void Return(HttpRequestMessage request, HttpResponseMessage response)
    {
        if (response.RequestMessage?.RequestUri is { } last && last != request.RequestUri) request.RequestUri = last;
        response.RequestMessage = request;
    }

    private void ThrowIfTooLarge(HttpRequestMessage request, AttemptOutcome outcome, FetchHistory history)
    {
        long? promised = outcome.Open!.Content.Headers.ContentLength;
        long most = _state.Options.Body.MaxStreamBytes ?? long.MaxValue;
        if (!(promised > most) || !BodyReading.HasBody(request.Method, outcome.Open.StatusCode)) return;
        outcome.Dispose();
        throw history.Fail(
            FetchFailure.TooLarge,
            $"the body is larger than {most} bytes: its header promises {promised}",
            new AttemptOutcome { StatusCode = outcome.StatusCode });
    }

    private void Guard(HttpRequestMessage request, HttpResponseMessage response, HostPass permits)
    {
        HttpFetcherOptions options = _state.Options;

        // After 101 what goes on is not the body of an answer, but another protocol, in both directions.
        bool hasBody = BodyReading.HasBody(request.Method, response.StatusCode)
            && response.StatusCode is not HttpStatusCode.SwitchingProtocols
            && response.Content.Headers.ContentLength is not 0;

        // Who holds a permit for a whole fetch has given it back with the headers, and these follow.
        if (!hasBody || options.RateLimiter is null or { HoldPermitWhileWaiting: true }) permits.Dispose();
        if (!hasBody) return;
        FetchBodyOptions limits = options.Body;
        TimeSpan patience = limits.IdleTimeout == Timeout.InfiniteTimeSpan ? _patience : limits.IdleTimeout;
        var pass = new BodyPass(permits, patience, options.TimeProvider);
        HttpContent content = response.Content;
        response.Content = new WrappedContent(
            content,
            raw => new PassStream(
                GuardedBody.AsItComes(
                    raw, content.Headers, limits, limits.MaxStreamBytes, options.TimeProvider),
                pass),
            held: pass);
    }

    /// <summary>What is inside the handler, as something to send with.</summary>
    private sealed class Inside(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send)
        : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) => send(request, cancellationToken);
    }
}
