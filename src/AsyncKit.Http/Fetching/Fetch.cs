namespace AsyncKit.Http;

/// <summary>One fetch: makes its attempts, remembers them, and knows when the next may start.</summary>
/// <remarks>Used by one flow of control at a time.</remarks>
internal sealed class Fetch(Uri uri, AttemptSender sender, HttpFetcherOptions options)
{
    private readonly TimeProvider _time = options.TimeProvider;
    private readonly long _started = options.TimeProvider.GetTimestamp();
    private readonly List<FetchAttempt> _attempts = [];
    private AttemptOutcome? _last;
    private long _restSince;
    private TimeSpan _rest;

    /// <summary>Whether another attempt should follow the last one.</summary>
    public bool ShouldRetry => _last is { IsTransient: true } && !AsksTooMuch;

    private bool AsksTooMuch
    {
        get
        {
            if (_last?.RetryAfter is not { } asked || !options.Retry.ShouldRetryAfterHeader) return false;
            TimeSpan left = options.TotalRequestTimeout.Timeout - _time.GetElapsedTime(_started);
            return asked > options.Retry.MaxRetryAfter || asked > left;
        }
    }

    /// <summary>
    /// Makes one attempt. Throws for cancellations and for what is not HTTP's; every other failure is remembered.
    /// </summary>
    /// <returns>This fetch, for the retry strategy to ask.</returns>
    public async ValueTask<Fetch> AttemptAsync(CancellationToken cancellationToken)
    {
        await WaitUntilWelcomeAsync(cancellationToken).ConfigureAwait(false);
        long started = _time.GetTimestamp();
        try
        {
            _last = await sender.SendAsync(uri, cancellationToken).ConfigureAwait(false);
            Remember(_last, started);
        }
        catch (OperationCanceledException e)
        {
            // Part of the story, but what the server last said stays the last word.
            Remember(new AttemptOutcome { Exception = e }, started);
            throw;
        }

        // A failure that came while somebody cancelled is neither retried nor reported.
        if (_last.Response is null) cancellationToken.ThrowIfCancellationRequested();
        return this;
    }

    /// <summary>Called before the delay of a retry.</summary>
    public void BeforeRetry(TimeSpan backoff)
    {
        _rest = backoff;
        if (_last?.RetryAfter is { } asked && options.Retry.ShouldRetryAfterHeader && asked > backoff) _rest = asked;
        _restSince = _time.GetTimestamp();
        _attempts[^1] = _attempts[^1] with { Delay = _rest };
        options.Retry.OnRetry?.Invoke(uri, _attempts[^1]);
    }

    /// <summary>The answer of the last attempt, once no other follows.</summary>
    /// <exception cref="FetchException">The last attempt failed.</exception>
    public FetchResponse Complete()
    {
        FetchResponse response = _last!.Response ?? throw Fail();
        response.Attempts = [.. _attempts];
        return response;
    }

    /// <summary>The exception of a fetch whose total limit passed.</summary>
    public FetchException FailByTotalTimeout(TimeoutException timeout) => Fail(
        FetchFailure.TotalTimeout,
        $"it did not end within its total limit of {options.TotalRequestTimeout.Timeout}",
        (_last ?? new AttemptOutcome()) with { Exception = timeout });

    private FetchException Fail()
    {
        AttemptOutcome outcome = _last!;
        bool attemptsWereLeft = _attempts.Count <= options.Retry.MaxRetryAttempts;
        return outcome.IsTransient && attemptsWereLeft && AsksTooMuch
            ? Fail(
                FetchFailure.RetryAfterTooLong,
                $"{Describe(outcome)} and asks for a wait of {outcome.RetryAfter}, longer than this fetch may wait",
                outcome)
            : Fail(outcome.Failure!.Value, Describe(outcome), outcome);
    }

    private FetchException Fail(FetchFailure failure, string what, AttemptOutcome outcome)
    {
        // The delay before an attempt that was not made is none.
        if (_attempts.Count > 0) _attempts[^1] = _attempts[^1] with { Delay = null };
        string redacted = uri.GetComponents(
            UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        string attempts = _attempts.Count is 1 ? "1 attempt" : $"{_attempts.Count} attempts";
        return new FetchException(
            failure, $"GET {redacted} failed after {attempts}: {what}.", outcome.Exception, outcome.StatusCode)
        {
            Attempts = [.. _attempts],
            RetryAt = outcome.RetryAt,
            RedactedUri = redacted,
            BodySnippet = outcome.BodySnippet,
        };
    }

    private string Describe(AttemptOutcome outcome) => outcome.Failure switch
    {
        FetchFailure.Status => $"the server answered {(int)outcome.StatusCode!} ({outcome.StatusCode})",
        FetchFailure.TooLarge => $"the body is larger than {options.MaxBodyBytes} bytes",
        FetchFailure.AttemptTimeout =>
            $"the last attempt did not end within its limit of {options.AttemptTimeout.Timeout}",
        _ => $"{outcome.Failure}: {outcome.Exception?.Message.TrimEnd('.')}",
    };

    // The strategy has slept its backoff; a longer Retry-After is slept to its end here.
    // Timers may fire early, so it is a loop.
    private async ValueTask WaitUntilWelcomeAsync(CancellationToken cancellationToken)
    {
        while (_rest - _time.GetElapsedTime(_restSince) is { Ticks: > 0 } left)
        {
            TimeSpan wholeMilliseconds = TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds));
            await Task.Delay(wholeMilliseconds, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Remember(AttemptOutcome outcome, long started)
    {
        _attempts.Add(new FetchAttempt
        {
            Number = _attempts.Count + 1,
            Duration = _time.GetElapsedTime(started),
            StatusCode = outcome.StatusCode,
            Failure = outcome.Failure,
            Error = outcome.Exception?.Message,
        });
    }
}
