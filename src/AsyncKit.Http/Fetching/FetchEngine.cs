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
internal sealed class FetchEngine
{
    private readonly HostTable _hosts;
    private readonly HostDoor _door;
    private readonly HopSender _sender;
    private readonly ResiliencePipeline<Fetch> _retry;

    public FetchEngine(HttpMessageInvoker transport, HttpFetcherOptions options, HostTable hosts)
    {
        Options = options;
        _hosts = hosts;
        _door = new HostDoor(options);
        _sender = new HopSender(transport, options);
        _retry = BuildRetry(options);
    }

    public HttpFetcherOptions Options { get; }

    /// <summary>Makes a whole fetch.</summary>
    /// <returns>A good outcome; or, of a reading that keeps failures, the last answer whatever it was.</returns>
    /// <exception cref="FetchException">It failed for good.</exception>
    public async Task<(AttemptOutcome Outcome, FetchHistory History)> RunAsync(
        FetchRequest request, BodyReading reading, CancellationToken cancellationToken)
    {
        HostState home = _hosts.Take(KeyOf(request.Uri));
        try
        {
            home.Budget?.AddRequest();
            var fetch = new Fetch(this, request, reading, home);
            await OwnTimeout.RunAsync(
                token => RetryAsync(fetch, token),
                fetch.Deadline,
                e => throw fetch.FailByTotalTimeout(e),
                cancellationToken).ConfigureAwait(false);
            return (fetch.Complete(), fetch.History);
        }
        finally
        {
            _hosts.GiveBack(home);
        }
    }

    /// <summary>Sends one request to its host, when the host lets it through.</summary>
    public async ValueTask<AttemptOutcome> SendAsync(
        RequestHop hop, BodyReading reading, HostState home, Deadline deadline, CancellationToken cancellationToken)
    {
        HostKey key = KeyOf(hop.Uri);
        HostState host = key == home.Key ? home : _hosts.Take(key);
        try
        {
            return await EnterAndSendAsync(hop, reading, host, deadline, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
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

    private HostKey KeyOf(Uri uri) => Options.Scope is ResilienceScope.Client ? default : HostKey.Of(uri);

    private async ValueTask<Fetch> RetryAsync(Fetch fetch, CancellationToken cancellationToken)
    {
        (HostPass pass, AttemptOutcome? refusal) = await _door.EnterForAllAsync(cancellationToken).ConfigureAwait(false);
        using HostPass held = pass;
        if (refusal is not null) return fetch.Refuse(refusal);
        try
        {
            return await _retry.ExecuteAsync(
                static (fetch, token) => fetch.AttemptAsync(token), fetch, cancellationToken).ConfigureAwait(false);
        }
        catch (GaveUpException)
        {
            return fetch;
        }
    }

    private async ValueTask<AttemptOutcome> EnterAndSendAsync(
        RequestHop hop, BodyReading reading, HostState host, Deadline deadline, CancellationToken cancellationToken)
    {
        if (Refuse(hop.Uri) is { } blocked) return blocked;
        (HostPass pass, AttemptOutcome? outcome) = await _door.EnterAsync(host, deadline, cancellationToken)
            .ConfigureAwait(false);
        if (outcome is not null) return outcome;
        try
        {
            TimeSpan sentAt = host.Gate?.Now ?? default;
            outcome = await BreakAsync(hop, reading, host, cancellationToken).ConfigureAwait(false);
            outcome.RemoteAddress = host.RemoteAddress;
            Tell(host.Gate, outcome, sentAt);
            return outcome;
        }
        finally
        {
            if (outcome?.Open is null) pass.Dispose();
            else outcome.Pass = pass;
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
        RequestHop hop, BodyReading reading, HostState host, CancellationToken cancellationToken)
    {
        if (host.Breaker is null) return await _sender.SendAsync(hop, reading, cancellationToken).ConfigureAwait(false);
        try
        {
            return await host.Breaker.ExecuteAsync(
                static (state, token) => new ValueTask<AttemptOutcome>(
                    state.Sender.SendAsync(state.Hop, state.Reading, token)),
                (Sender: _sender, Hop: hop, Reading: reading),
                cancellationToken).ConfigureAwait(false);
        }
        catch (BrokenCircuitException e)
        {
            return new AttemptOutcome
            {
                Failure = FetchFailure.CircuitOpen,
                Exception = e,
                IsUnsent = true,
                IsTransient = Options.Compatibility is FetchCompatibility.AsyncKit,
                RetryAfter = e.RetryAfter,
            };
        }
    }

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
