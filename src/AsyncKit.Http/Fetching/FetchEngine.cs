using Polly;

namespace AsyncKit.Http;

/// <summary>
/// The pipeline: total limit → [gate → permits → breaker → limit of an attempt → send → body] × attempts.
/// </summary>
/// <remarks>A fetch that waits for its next attempt holds nothing. Thread-safe.</remarks>
internal sealed class FetchEngine : IDisposable
{
    private readonly HostTable _hosts;
    private readonly HostDoor _door;
    private readonly FetchTelemetry _telemetry;
    private readonly ResiliencePipeline<Fetch> _retry;

    public FetchEngine(HttpMessageInvoker transport, ResilienceState state)
    {
        Options = state.Options;
        Cuts = new TimeCutPool(Options.TimeProvider);
        _hosts = state.Hosts;
        _door = state.Door;
        _telemetry = state.Telemetry;
        Sender = new HostSender(new HopSender(transport, Options, _telemetry), _door, _hosts, Options);
        _retry = RetryStrategy.Build(Options);
    }

    public HttpFetcherOptions Options { get; }

    /// <summary>The limits on time, to be used again.</summary>
    public TimeCutPool Cuts { get; }

    /// <summary>Sends the requests of the attempts.</summary>
    public HostSender Sender { get; }

    // Then what is waited for between and around the attempts is known to fit, or is within one.
    private bool NeedsLimitAround =>
        Options.Retry is { GiveUpEarly: false } || Options.RateLimiter is { HoldPermitWhileWaiting: true };

    /// <summary>Makes a whole fetch.</summary>
    /// <returns>A good outcome; or, of a reading that keeps failures, the last answer whatever it was.</returns>
    /// <exception cref="FetchException">It failed for good.</exception>
    public Task<(AttemptOutcome Outcome, FetchHistory History)> RunAsync(
        FetchRequest request, BodyReading reading, CancellationToken cancellationToken) => _telemetry.IsHeard
        ? RunHeardAsync(request, reading, cancellationToken)
        : RunAsync(request, reading, trace: null, cancellationToken);

    private async Task<(AttemptOutcome Outcome, FetchHistory History)> RunAsync(
        FetchRequest request, BodyReading reading, FetchTrace? trace, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        HostState home = _hosts.Take(request.Uri);
        try
        {
            home.Budget?.AddRequest();
            var fetch = new Fetch(this, request, reading, home, trace);
            if (NeedsLimitAround) await RunWithinLimitAsync(fetch, cancellationToken).ConfigureAwait(false);
            else
            {
                // The strategy takes over when it has something to do: most fetches need one attempt.
                await fetch.AttemptAsync(cancellationToken).ConfigureAwait(false);
                if (fetch.ShouldRetry) await RetryAsync(fetch, cancellationToken).ConfigureAwait(false);
            }

            return (fetch.Complete(), fetch.History);
        }
        finally
        {
            _hosts.GiveBack(home);
        }
    }

    /// <summary>Counts a retry, if the budget of the host allows one.</summary>
    public bool TryAddRetry(Uri uri)
    {
        HostState host = _hosts.Take(uri);
        try
        {
            return host.Budget?.TryAddRetry() is not false;
        }
        finally
        {
            _hosts.GiveBack(host);
        }
    }

    /// <summary>Gives up what is kept to be used again. Fetches that run end as they would.</summary>
    public void Dispose() => Cuts.Dispose();

    public FetcherSnapshot Look()
    {
        (int inFlight, int waiting) = _door.Load;
        return new FetcherSnapshot { InFlight = inFlight, Waiting = waiting, Hosts = _hosts.Look() };
    }

    private async Task<(AttemptOutcome Outcome, FetchHistory History)> RunHeardAsync(
        FetchRequest request, BodyReading reading, CancellationToken cancellationToken)
    {
        using var trace = new FetchTrace(_telemetry, request);
        try
        {
            (AttemptOutcome Outcome, FetchHistory History) fetched =
                await RunAsync(request, reading, trace, cancellationToken).ConfigureAwait(false);
            trace.Complete(fetched.Outcome);
            return fetched;
        }
        catch (Exception e)
        {
            trace.Fail(e);
            throw;
        }
    }

    private Task<Fetch> RunWithinLimitAsync(Fetch fetch, CancellationToken cancellationToken) => OwnTimeout.RunAsync(
        async token =>
        {
            (HostPass pass, AttemptOutcome? refusal) = await _door.EnterForAllAsync(token).ConfigureAwait(false);
            using HostPass held = pass;
            if (refusal is not null) return fetch.Refuse(refusal);
            await fetch.AttemptAsync(token).ConfigureAwait(false);
            if (fetch.ShouldRetry) await RetryAsync(fetch, token).ConfigureAwait(false);
            return fetch;
        },
        fetch.Deadline,
        e => throw fetch.FailByTotalTimeout(e),
        cancellationToken);

    private async ValueTask RetryAsync(Fetch fetch, CancellationToken cancellationToken)
    {
        try
        {
            await _retry.ExecuteAsync(static (fetch, token) => fetch.NextAsync(token), fetch, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (GaveUpException)
        {
            // The fetch knows why.
        }
    }
}
