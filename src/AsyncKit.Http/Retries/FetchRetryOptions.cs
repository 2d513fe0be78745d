namespace AsyncKit.Http;

/// <summary>When and how a <see cref="HttpFetcher"/> repeats an attempt that failed.</summary>
/// <remarks>
/// Repeated are attempts that met a transport failure that may pass, the attempt's time limit, or one of the statuses
/// 408, 429, 500, 502, 503, 504 and other 5xx except 501, 505 and 511. The delays grow exponentially.
/// </remarks>
public sealed class FetchRetryOptions
{
    /// <summary>How many attempts may follow the first: zero or more. Default: 3.</summary>
    public int MaxRetryAttempts { get; set; } = 3;

    /// <summary>The delay the exponential backoff starts from: zero to 1 day. Default: 2 seconds.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest delay of the backoff: zero to 1 day. Default: 30 seconds.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether delays are spread at random (decorrelated jitter), so that clients that failed together do not come back
    /// together. Default: yes.
    /// </summary>
    public bool UseJitter { get; set; } = true;

    /// <summary>
    /// Whether a <c>Retry-After</c> header, in seconds or as a date, sets the least delay. Default: yes.
    /// </summary>
    public bool ShouldRetryAfterHeader { get; set; } = true;

    /// <summary>The longest <c>Retry-After</c> that is waited for: zero to 1 day. Default: 60 seconds.</summary>
    /// <remarks>
    /// A longer one, or one that does not fit what is left of the total limit, fails the fetch at once with
    /// <see cref="FetchFailure.RetryAfterTooLong"/> and <see cref="FetchException.RetryAt"/>, instead of sleeping into
    /// a timeout that would hide the answer.
    /// </remarks>
    public TimeSpan MaxRetryAfter { get; set; } = TimeSpan.FromSeconds(60);

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

    internal IEnumerable<string> Violations(string name)
    {
        if (MaxRetryAttempts < 0)
            yield return $"{name}.{nameof(MaxRetryAttempts)} must be at least 0, but was {MaxRetryAttempts}";

        (string Option, TimeSpan Value)[] delays =
            [(nameof(Delay), Delay), (nameof(MaxDelay), MaxDelay), (nameof(MaxRetryAfter), MaxRetryAfter)];
        foreach ((string option, TimeSpan value) in delays)
        {
            if (value < TimeSpan.Zero || value > TimeSpan.FromDays(1))
                yield return $"{name}.{option} must be from 0 to 1 day, but was {value}";
        }
    }
}
