namespace AsyncKit.Http;

/// <summary>Remembers the attempts of a fetch, and tells of them when it fails.</summary>
/// <remarks>Thread-safe: attempts may run beside each other.</remarks>
internal sealed class FetchHistory(FetchRequest request, HttpFetcherOptions options, FetchTrace? trace)
{
    // Guards the field below. The array is replaced and never changed: who was given it may keep it, and most fetches
    // have one attempt.
    private readonly Lock _sync = new();
    private FetchAttempt[] _attempts = [];

    /// <summary>Every attempt so far, in order.</summary>
    public FetchAttempt[] Attempts
    {
        get
        {
            lock (_sync) return _attempts;
        }
    }

    public FetchAttempt Latest => Attempts[^1];

    public FetchAttempt Add(AttemptOutcome outcome, DateTimeOffset started, TimeSpan duration)
    {
        FetchAttempt attempt;
        lock (_sync)
        {
            attempt = new FetchAttempt
            {
                Number = _attempts.Length + 1,
                Started = started,
                Duration = duration,
                StatusCode = outcome.StatusCode,
                Failure = outcome.Failure,
                Error = outcome.Exception?.Message,
                RemoteAddress = outcome.RemoteAddress,
                HttpVersion = outcome.HttpVersion,
                BytesReceived = outcome.BytesReceived,
            };
            _attempts = [.. _attempts, attempt];
        }

        trace?.Attempted(attempt);
        return attempt;
    }

    /// <summary>Notes the delay after the latest attempt.</summary>
    public FetchAttempt Delay(TimeSpan? delay)
    {
        FetchAttempt failed;
        lock (_sync)
        {
            failed = _attempts[^1] with { Delay = delay };
            _attempts = [.. _attempts[..^1], failed];
        }

        trace?.Retrying(failed);
        return failed;
    }

    /// <summary>Takes note that the body of the latest attempt failed afterwards.</summary>
    public void Amend(AttemptOutcome outcome)
    {
        lock (_sync)
        {
            FetchAttempt failed = _attempts[^1] with
            {
                Failure = outcome.Failure,
                Error = outcome.Exception?.Message,
                BytesReceived = outcome.BytesReceived,
            };
            _attempts = [.. _attempts[..^1], failed];
        }
    }

    /// <summary>Goes on with the attempts of another fetch.</summary>
    public void Absorb(IReadOnlyList<FetchAttempt> attempts)
    {
        lock (_sync)
        {
            int before = _attempts.Length;
            _attempts = [.. _attempts, .. attempts.Select((next, i) => next with { Number = before + i + 1 })];
        }
    }

    /// <summary>The exception of the fetch.</summary>
    public FetchException Fail(FetchFailure failure, string what, AttemptOutcome outcome)
    {
        FetchAttempt[] attempts = Attempts;

        // The delay before an attempt that was not made is none.
        if (attempts.Length > 0) attempts = [.. attempts[..^1], attempts[^1] with { Delay = null }];
        string redacted = RedactedUri.Of(request.Uri);
        string count = attempts.Length is 1 ? "1 attempt" : $"{attempts.Length} attempts";
        return new FetchException(
            failure,
            $"{request.Method} {redacted} failed after {count}: {what}.",
            outcome.Exception,
            outcome.StatusCode)
        {
            Attempts = attempts,
            RetryAt = outcome.RetryAt,
            RedactedUri = redacted,
            BodySnippet = outcome.BodySnippet,
        };
    }

    public string Describe(AttemptOutcome outcome) => outcome.Failure switch
    {
        FetchFailure.Status => $"the server answered {(int)outcome.StatusCode!} ({outcome.StatusCode})",
        FetchFailure.TooLarge => $"the body is larger than {options.Body.MaxBytes} bytes",
        FetchFailure.AttemptTimeout =>
            $"the last attempt did not end within its limit of {options.AttemptTimeout.Timeout}",
        FetchFailure.RetryAfterTooLong =>
            $"the host answered {(int)outcome.StatusCode!} ({outcome.StatusCode}) to another request, and asks for a "
            + $"wait of {outcome.RetryAfter}, longer than this fetch may wait",
        FetchFailure.RedirectLimit => $"more than {options.Redirects.Max} redirects followed each other",
        FetchFailure.RedirectRefused =>
            $"a redirect to {RedactedUri.Of(outcome.Redirect!)} is not followed, by its scheme or because the body "
            + "cannot be sent again",
        FetchFailure.RateLimited => "too many requests wait already",
        FetchFailure.CircuitOpen => "the circuit breaker of the host is open",
        _ => DescribeException(outcome),
    };

    /// <summary>What an exception says.</summary>
    public static string DescribeException(AttemptOutcome outcome) =>
        $"{outcome.Failure}: {outcome.Exception?.Message.TrimEnd('.')}";
}
