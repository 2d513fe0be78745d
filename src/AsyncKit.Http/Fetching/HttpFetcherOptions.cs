using System.Text;

namespace AsyncKit.Http;

/// <summary>How a <see cref="HttpFetcher"/> retries, how long it waits, and how much it reads.</summary>
/// <remarks>
/// Names and defaults are those of <c>HttpStandardResilienceOptions</c> in Microsoft.Extensions.Http.Resilience, where
/// that package has them, but for <see cref="FetchRetryOptions.MaxDelay"/>, which it leaves open. The options are
/// checked and copied when the fetcher is made; later changes have no effect. Not thread-safe.
/// </remarks>
public sealed class HttpFetcherOptions
{
    /// <summary>
    /// The limit on a whole fetch: all attempts, the delays between them, and the body. Default: 30 seconds.
    /// </summary>
    public FetchTimeoutOptions TotalRequestTimeout { get; set; } = new() { Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>The limit on one attempt, its body included. Default: 10 seconds; at most the total.</summary>
    public FetchTimeoutOptions AttemptTimeout { get; set; } = new() { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>When and how failed attempts are repeated.</summary>
    public FetchRetryOptions Retry { get; set; } = new();

    /// <summary>
    /// The largest body that is read, in bytes after decompression: from 1 to 2,147,483,590. Default: 64 MiB.
    /// </summary>
    /// <remarks>
    /// A larger body fails the fetch with <see cref="FetchFailure.TooLarge"/>; it is never cut silently.
    /// </remarks>
    public int MaxBodyBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>The <c>User-Agent</c> header of every request. Default: none.</summary>
    /// <remarks>Say who you are and where you can be reached when you fetch other people's sites.</remarks>
    public string? UserAgent { get; set; }

    /// <summary>The clock for limits, delays and dates. Default: <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Makes a copy that nobody else changes, after checking every option.</summary>
    /// <exception cref="ArgumentException">
    /// Names each option that is out of its range, the rule, and the value.
    /// </exception>
    internal static HttpFetcherOptions CheckedCopy(HttpFetcherOptions options)
    {
        string violations = string.Join("; ", options.Violations());
        if (violations.Length > 0) throw new ArgumentException($"{violations}.", nameof(options));

        var copy = (HttpFetcherOptions)options.MemberwiseClone();
        copy.TotalRequestTimeout = options.TotalRequestTimeout.Copy();
        copy.AttemptTimeout = options.AttemptTimeout.Copy();
        copy.Retry = options.Retry.Copy();
        return copy;
    }

    private IEnumerable<string> Violations()
    {
        if (TotalRequestTimeout is null || AttemptTimeout is null || Retry is null || TimeProvider is null)
        {
            yield return "TotalRequestTimeout, AttemptTimeout, Retry and TimeProvider must not be null";
            yield break;
        }

        foreach (string violation in TotalRequestTimeout.Violations(nameof(TotalRequestTimeout)))
            yield return violation;
        foreach (string violation in AttemptTimeout.Violations(nameof(AttemptTimeout))) yield return violation;
        foreach (string violation in Retry.Violations(nameof(Retry))) yield return violation;
        if (AttemptTimeout.Timeout > TotalRequestTimeout.Timeout)
        {
            yield return "AttemptTimeout.Timeout must be at most TotalRequestTimeout.Timeout, "
                + $"{TotalRequestTimeout.Timeout}, but was {AttemptTimeout.Timeout}";
        }

        if (MaxBodyBytes < 1 || MaxBodyBytes >= Array.MaxLength)
            yield return $"MaxBodyBytes must be from 1 to {Array.MaxLength - 1}, but was {MaxBodyBytes}";

        if (UserAgent is not null && !IsUserAgent(UserAgent))
            yield return $"UserAgent must be like 'MyCrawler/1.0 (+https://example.org/about)', but was '{UserAgent}'";
    }

    private static bool IsUserAgent(string value)
    {
        using var request = new HttpRequestMessage();
        return Ascii.IsValid(value) && request.Headers.UserAgent.TryParseAdd(value);
    }
}
