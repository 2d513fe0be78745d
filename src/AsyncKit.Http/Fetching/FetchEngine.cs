using System.Net;
using AsyncKit.Timing;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

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
    private readonly HopSender _sender;
    private readonly ResiliencePipeline<Fetch> _retry;

    public FetchEngine(HttpMessageInvoker transport, ResilienceState state)
    {
        Options = state.Options;
        Cuts = new TimeCutPool(Options.TimeProvider);
        _hosts = state.Hosts;
        _door = state.Door;
        _telemetry = state.Telemetry;
        _sender = new HopSender(transport, Options, _telemetry);
        _retry = BuildRetry(Options);
    }

    public HttpFetcherOptions Options { get; }

    /// <summary>The limits on time, to be used again.</summary>
    public TimeCutPool Cuts { get; }

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
        HostState home = _hosts.Take(KeyOf(request.Uri));
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

    /// <summary>Sends one request to its host, when the host lets it through.</summary>
    public async ValueTask<AttemptOutcome> SendAsync(
        RequestHop hop, BodyReading reading, HostState home, Deadline deadline, TimeCut cut)
    {
        if (!Options.Outbound.IsUnrestricted && Refuse(hop.Uri) is { } blocked) return blocked;
        HostKey key = KeyOf(hop.Uri);
        HostState host = key == home.Key ? home : _hosts.Take(key);
        HostPass pass = default;
        AttemptOutcome? outcome = null;
        try
        {
            ValueTask<(HostPass, AttemptOutcome?)> entering = _door.EnterAsync(host, deadline, cut.Token);
            if (!entering.IsCompleted) cut.Limit(deadline.Remaining);
            (pass, outcome) = await entering.ConfigureAwait(false);
            if (outcome is not null) return outcome;
            TimeSpan sentAt = host.Gate?.Now ?? default;
            outcome = await BreakAsync(hop, reading, host, deadline, cut).ConfigureAwait(false);
            outcome.RemoteAddress = host.RemoteAddress;
            host.LookAtCircuit(outcome);
            Tell(host.Gate, outcome, sentAt);
            return outcome;
        }
        finally
        {
            if (outcome?.Open is null) pass.Dispose();
            else outcome.Pass = pass;
            if (host != home) _hosts.GiveBack(host);
        }
    }

    /// <summary>Counts a retry, if the budget of the host allows one.</summary>
    public bool TryAddRetry(Uri uri)
    {
        HostState host = _hosts.Take(KeyOf(uri));
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

    private static ResiliencePipeline<Fetch> BuildRetry(HttpFetcherOptions options)
    {
        var builder = new ResiliencePipelineBuilder<Fetch> { TimeProvider = options.TimeProvider };
        if (options.Retry is not { MaxRetryAttempts: > 0 } retry) return builder.Build();
        var strategy = new RetryStrategyOptions<Fetch>
        {
            Name = "AsyncKit.Http.Retry",
            MaxRetryAttempts = retry.MaxRetryAttempts,
            BackoffType = retry.BackoffType,
            Delay = retry.Delay,
            MaxDelay = retry.MaxDelay,
            UseJitter = retry.UseJitter,
            ShouldHandle = static args => new ValueTask<bool>(args.Outcome.Result is { ShouldRetry: true }),
            DelayGenerator = static args => new ValueTask<TimeSpan?>(args.Outcome.Result!.ReplacedDelay),
            OnRetry = static args =>
            {
                args.Outcome.Result!.BeforeRetry(args.RetryDelay);
                return default;
            },
        };
        if (retry.Randomizer is not null) strategy.Randomizer = retry.Randomizer;
        return builder.AddRetry(strategy).Build();
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

    private HostKey KeyOf(Uri uri) => Options.Scope is ResilienceScope.Client ? default : HostKey.Of(uri);

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

    private AttemptOutcome? Refuse(Uri uri)
    {
        try
        {
            Options.Outbound.ThrowIfRefused(uri);
            return null;
        }
        catch (OutboundRefusedException e)
        {
            return TransportFailure.Read(e);
        }
    }

    private async ValueTask<AttemptOutcome> BreakAsync(
        RequestHop hop, BodyReading reading, HostState host, Deadline deadline, TimeCut cut)
    {
        if (host.Breaker is null)
        {
            Outcome<AttemptOutcome> sent = await _sender.SendAsync(hop, reading, deadline, cut).ConfigureAwait(false);
            sent.ThrowIfException();
            return sent.Result!;
        }

        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cut.Token);
        try
        {
            Outcome<AttemptOutcome> sent = await host.Breaker.ExecuteOutcomeAsync(
                static (_, state) => state.Sender.SendAsync(state.Hop, state.Reading, state.Deadline, state.Cut),
                context,
                (Sender: _sender, Hop: hop, Reading: reading, Deadline: deadline, Cut: cut)).ConfigureAwait(false);
            if (sent.Exception is BrokenCircuitException broken) return IsOpen(broken);
            sent.ThrowIfException();
            return sent.Result!;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private AttemptOutcome IsOpen(BrokenCircuitException broken) => new()
    {
        Failure = FetchFailure.CircuitOpen,
        Exception = broken,
        IsUnsent = true,
        IsTransient = Options.Compatibility is FetchCompatibility.AsyncKit,
        RetryAfter = broken.RetryAfter,
    };

    private void Tell(HostGate? gate, AttemptOutcome outcome, TimeSpan sentAt)
    {
        if (outcome.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
        {
            TimeSpan? asked = Options.Retry is { ShouldRetryAfterHeader: false } ? null : outcome.RetryAfter;
            gate?.Close(outcome.StatusCode.Value, asked, sentAt);
        }
        else if (outcome.IsGood) gate?.Open();
    }
}
