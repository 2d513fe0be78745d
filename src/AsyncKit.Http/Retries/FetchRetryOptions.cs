using Polly;

namespace AsyncKit.Http;

/// <summary>When and how a <see cref="HttpFetcher"/> repeats an attempt that failed.</summary>
/// <remarks>
/// Repeated are attempts that met a transport failure that may pass, the attempt's time limit, or one of the statuses
/// 408, 429, 500, 502, 503, 504 and other 5xx except 501, 505 and 511; and of those only the ones that may be sent
/// twice: see <see cref="RetrySafety"/>.
/// </remarks>
public sealed class FetchRetryOptions
{
    /// <summary>How many attempts may follow the first: zero or more. Default: 3.</summary>
    public int MaxRetryAttempts { get; set; } = 3;

    /// <summary>How the delays grow. Default: exponentially.</summary>
    public DelayBackoffType BackoffType { get; set; } = DelayBackoffType.Exponential;

    /// <summary>The delay the backoff starts from: zero to 1 day. Default: 2 seconds.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The longest delay of the backoff: zero to 1 day, or <see langword="null"/> for none. Default: 30 seconds.
    /// </summary>
    public TimeSpan? MaxDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether delays are spread at random (decorrelated jitter), so that clients that failed together do not come back
    /// together. Default: yes.
    /// </summary>
    public bool UseJitter { get; set; } = true;

    /// <summary>
    /// Whether a <c>Retry-After</c> header, in seconds or as a date, sets the least delay. Default: yes.
    /// </summary>
    public bool ShouldRetryAfterHeader { get; set; } = true;

    /// <summary>
    /// The longest <c>Retry-After</c> that is waited for: zero to 1 day, or <see langword="null"/> for any. Default: 60
    /// seconds.
    /// </summary>
    /// <remarks>
    /// A longer one, or one that does not fit what is left of the total limit, fails the fetch at once with
    /// <see cref="FetchFailure.RetryAfterTooLong"/> and <see cref="FetchException.RetryAt"/>, instead of sleeping into
    /// a timeout that would hide the answer.
    /// </remarks>
    public TimeSpan? MaxRetryAfter { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Whether a fetch fails at once, with the failure of its last attempt, when the delay before the next does not fit
    /// what is left of the total limit. Default: yes; otherwise it waits for the total limit to pass.
    /// </summary>
    public bool GiveUpEarly { get; set; } = true;

    /// <summary>
    /// Whether <c>Retry-After</c> takes the place of the backoff also where it is the shorter of the two. Default: no.
    /// </summary>
    public bool RetryAfterReplacesDelay { get; set; }

    /// <summary>
    /// Whether every status from 500 up is retried, also those that say that the server cannot do it at all: 501, 505
    /// and 511, and those beyond 599. Default: no.
    /// </summary>
    public bool RetryAllServerErrors { get; set; }

    /// <summary>
    /// Whether requests are retried that may have reached the server and are not idempotent, as a POST. Default: no.
    /// </summary>
    public bool RetryUnsafeMethods { get; set; }

    /// <summary>
    /// Decides about an attempt that failed, instead of the rule above: whether another may do better. Default: the
    /// rule.
    /// </summary>
    /// <remarks>
    /// Asked for failures only. What may not be sent twice, is beyond the budget, or does not fit the total limit is
    /// not retried all the same. Must be thread-safe. What it throws fails the fetch.
    /// </remarks>
    public Func<FetchAttempt, bool>? ShouldHandle { get; set; }

    /// <summary>
    /// The source of randomness: numbers from 0 up to, not including, 1. Default: the shared generator.
    /// </summary>
    /// <remarks>Must be thread-safe. Give a constant to make the delays of a test exact.</remarks>
    public Func<double>? Randomizer { get; set; }

    /// <summary>
    /// Called before the delay of each retry, with the attempt that failed. Default: nothing is called.
    /// </summary>
    /// <remarks>Called on the fetch's own path: return quickly. What it throws fails the fetch.</remarks>
    public Action<Uri, FetchAttempt>? OnRetry { get; set; }

    internal FetchRetryOptions Copy() => (FetchRetryOptions)MemberwiseClone();

    internal IEnumerable<string> Violations(string name) =>
    [
        .. OptionRules.Range($"{name}.{nameof(MaxRetryAttempts)}", MaxRetryAttempts, least: 0),
        .. OptionRules.Defined($"{name}.{nameof(BackoffType)}", BackoffType),
        .. OptionRules.Range($"{name}.{nameof(Delay)}", Delay, TimeSpan.Zero),
        .. OptionRules.Range($"{name}.{nameof(MaxDelay)}", MaxDelay ?? TimeSpan.Zero, TimeSpan.Zero),
        .. OptionRules.Range($"{name}.{nameof(MaxRetryAfter)}", MaxRetryAfter ?? TimeSpan.Zero, TimeSpan.Zero),
    ];
}
