using AsyncKit.Timing;

namespace AsyncKit.Http;

/// <summary>One fetch: makes its attempts, and decides whether and when another follows.</summary>
/// <remarks>Used by one flow of control at a time, but for attempts that run beside each other.</remarks>
internal sealed class Fetch
{
    private readonly FetchEngine _engine;
    private readonly HttpFetcherOptions _options;
    private readonly FetchRequest _request;
    private readonly BodyReading _reading;
    private readonly HostState _home;
    private AttemptOutcome? _last;
    private int _rounds;
    private bool _isHandedOver;

    // Why no other attempt follows, where the last one does not say it.
    private FetchFailure? _reason;
    private string _note = "";
    private long _restSince;
    private TimeSpan _rest;

    public Fetch(
        FetchEngine engine, FetchRequest request, BodyReading reading, HostState home, FetchTrace? trace)
    {
        (_engine, _options, _request, _reading, _home) = (engine, engine.Options, request, reading, home);
        TimeSpan total = _options.TotalRequestTimeout.Timeout;
        Deadline = request.Deadline == Deadline.Never
            ? Deadline.After(total, _options.TimeProvider)
            : request.Deadline.AtMost(total);
        History = new FetchHistory(request, _options, trace);
    }

    /// <summary>The moment until which it must have ended.</summary>
    /// <remarks>It does pass: the fetcher's total limit is finite.</remarks>
    public Deadline Deadline { get; }

    public FetchHistory History { get; }

    /// <summary>Whether another attempt should follow the last one.</summary>
    public bool ShouldRetry { get; private set; }

    /// <summary>
    /// How long the server asked for after the last attempt, where that takes the place of the backoff.
    /// </summary>
    public TimeSpan? ReplacedDelay =>
        _options.Retry is { RetryAfterReplacesDelay: true, ShouldRetryAfterHeader: true } ? _last?.RetryAfter : null;

    /// <summary>
    /// Makes one attempt. Throws for cancellations and for what is not HTTP's; every other failure is remembered.
    /// </summary>
    /// <returns>This fetch, for the retry strategy to ask.</returns>
    /// <exception cref="FetchException">The total limit passed.</exception>
    public async ValueTask<Fetch> AttemptAsync(CancellationToken cancellationToken)
    {
        if (_rest > TimeSpan.Zero) await WaitUntilWelcomeAsync(cancellationToken).ConfigureAwait(false);
        _rounds++;
        _last = _options.Hedging is { } hedging && _request.MayHedge
            ? await new HedgedAttempts(hedging, _home.Budget, _options.TimeProvider)
                .RunAsync(AttemptOnceAsync, cancellationToken).ConfigureAwait(false)
            : await AttemptOnceAsync(cancellationToken).ConfigureAwait(false);

        // A failure that came while somebody cancelled is neither retried nor reported.
        if (!_last.IsGood && cancellationToken.IsCancellationRequested)
        {
            _last.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
        }

        ShouldRetry = Decide(_last);
        return this;
    }

    /// <summary>For the retry strategy: the attempt that was made already, and then each that follows.</summary>
    public ValueTask<Fetch> NextAsync(CancellationToken cancellationToken)
    {
        if (_isHandedOver) return AttemptAsync(cancellationToken);
        _isHandedOver = true;
        return new ValueTask<Fetch>(this);
    }

    /// <summary>Called before the delay of a retry.</summary>
    /// <exception cref="GaveUpException">The delay does not fit what is left.</exception>
    public void BeforeRetry(TimeSpan backoff)
    {
        _rest = backoff;
        if (_options.Retry!.ShouldRetryAfterHeader && _last!.RetryAfter is { } asked && asked > backoff) _rest = asked;
        if (_options.Retry.GiveUpEarly && _rest > Deadline.Remaining)
        {
            _note = $", and there is no time for the delay of {_rest} before another attempt";
            throw new GaveUpException();
        }

        _restSince = _options.TimeProvider.GetTimestamp();
        FetchAttempt failed = History.Delay(_rest);
        _last!.Dispose();
        _options.Retry.OnRetry?.Invoke(_request.Uri, failed);
    }

    /// <summary>What the last attempt brought, once no other follows.</summary>
    /// <exception cref="FetchException">The last attempt failed.</exception>
    public AttemptOutcome Complete()
    {
        AttemptOutcome last = _last!;
        if (!last.IsGood && last.Open is null)
            throw History.Fail(_reason ?? last.Failure!.Value, Describe(last), last);
        if (last.Response is { } response) response.Attempts = History.Attempts;
        return last;
    }

    /// <summary>Ends the fetch before it began.</summary>
    public Fetch Refuse(AttemptOutcome refusal)
    {
        _last = refusal;
        return this;
    }

    /// <summary>The exception of a fetch whose total limit passed.</summary>
    public FetchException FailByTotalTimeout(TimeoutException timeout) => History.Fail(
        FetchFailure.TotalTimeout,
        $"it did not end within its total limit of {Deadline.Timeout}",
        (_last ?? new AttemptOutcome()) with { Exception = timeout });

    private string Describe(AttemptOutcome outcome) => History.Describe(outcome) + _note;

    private async ValueTask<AttemptOutcome> AttemptOnceAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset started = _options.TimeProvider.GetUtcNow();
        long start = _options.TimeProvider.GetTimestamp();
        TimeCut cut = _engine.Cuts.Take(cancellationToken);
        AttemptOutcome? outcome = null;
        try
        {
            var hop = new RequestHop(_request);
            do
            {
                if (outcome is not null)
                    hop = hop.Follow(outcome.Redirect!, outcome.StatusCode!.Value, _options.Redirects);
                outcome = await _engine.Sender.SendAsync(hop, _reading, _home, Deadline, cut).ConfigureAwait(false);
            }
            while (outcome is { Redirect: not null, Failure: null });

            History.Add(outcome, started, _options.TimeProvider.GetElapsedTime(start));
            return outcome;
        }
        catch (OperationCanceledException e)
        {
            // Part of the story, but what the server last said stays the last word.
            History.Add(new AttemptOutcome { Exception = e }, started, _options.TimeProvider.GetElapsedTime(start));
            if (cut.IsByCaller) throw new OperationCanceledException(e.Message, e, cancellationToken);
            if (cut.HasPassed)
                throw FailByTotalTimeout(new TimeoutException($"The limit of {Deadline.Timeout} passed.", e));
            throw;
        }
        finally
        {
            // Who reads a body, or still sends one, may hold the token.
            _engine.Cuts.GiveBack(cut, mayKeep: outcome is { Open: null } && _request.Body is null);
        }
    }

    private bool Decide(AttemptOutcome last)
    {
        if (_options.Retry is not { } retry || last.IsGood || _rounds > retry.MaxRetryAttempts) return false;
        bool isTransient = retry.ShouldHandle?.Invoke(History.Latest) ?? last.IsTransient;
        if (!isTransient || _request.Safety is RetrySafety.NeverRetry) return false;
        if (!_request.MayRepeat && !retry.RetryUnsafeMethods && !last.IsUnsent)
            return Refuse($", and a {_request.Method} that the server may have seen is not sent again");
        if (_request.Body is { CanReplay: false }) return Refuse(", and its body cannot be sent again");
        if (AsksTooMuch(last, retry))
        {
            return Refuse(
                $" and asks for a wait of {last.RetryAfter}, longer than this fetch may wait",
                last.Failure is FetchFailure.Status ? FetchFailure.RetryAfterTooLong : null);
        }

        return _home.Budget?.TryAddRetry() is not false
            || Refuse(", and the budget of the host allows no retry", FetchFailure.BudgetExhausted);
    }

    private bool AsksTooMuch(AttemptOutcome last, FetchRetryOptions retry) =>
        last.RetryAfter is { } asked && retry is { ShouldRetryAfterHeader: true, GiveUpEarly: true }
        && _options.IsTooLong(asked, Deadline);

    private bool Refuse(string note, FetchFailure? reason = null)
    {
        (_note, _reason) = (note, reason);
        return false;
    }

    // The strategy has slept its backoff; a longer Retry-After is slept to its end here.
    // Timers may fire early, so it is a loop.
    private async ValueTask WaitUntilWelcomeAsync(CancellationToken cancellationToken)
    {
        TimeProvider time = _options.TimeProvider;
        while (_rest - time.GetElapsedTime(_restSince) is { Ticks: > 0 } left)
        {
            await Task.Delay(Moments.ToTimer(left), time, cancellationToken).ConfigureAwait(false);
        }
    }
}
