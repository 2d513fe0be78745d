using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using AsyncKit.Timing;
using Microsoft.Extensions.Logging;

namespace AsyncKit.Http;

/// <summary>
/// How a <see cref="HttpFetcher"/> retries, how long it waits, how much it reads, and where it may go.
/// </summary>
/// <remarks>
/// Names and defaults are those of <c>HttpStandardResilienceOptions</c> in Microsoft.Extensions.Http.Resilience, where
/// that package has them, so that its section of a configuration can be bound to these. The options are checked and
/// copied when the fetcher is made; later changes have no effect. A stage that is <see langword="null"/> is left out.
/// Not thread-safe.
/// </remarks>
public sealed class HttpFetcherOptions
{
    /// <summary>How many requests may be under way, over all and to one host.</summary>
    [AllowNull]
    public FetchRateLimiterOptions RateLimiter { get; set; } = new();

    /// <summary>
    /// The limit on a whole fetch: all attempts, the delays between them, and the body. Default: 30 seconds.
    /// </summary>
    /// <remarks>
    /// Of a stream and of a download it is the limit until the body begins; its body has limits of its own.
    /// </remarks>
    public FetchTimeoutOptions TotalRequestTimeout { get; set; } = new() { Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>When and how failed attempts are repeated.</summary>
    [AllowNull]
    public FetchRetryOptions Retry { get; set; } = new();

    /// <summary>When a host that keeps failing is not asked for a while.</summary>
    [AllowNull]
    public FetchCircuitBreakerOptions CircuitBreaker { get; set; } = new();

    /// <summary>The limit on one attempt, its body included. Default: 10 seconds; at most the total.</summary>
    public FetchTimeoutOptions AttemptTimeout { get; set; } = new() { Timeout = TimeSpan.FromSeconds(10) };

    /// <summary>
    /// Whether the limits on an attempt and on the fetch cover the body, so that one that breaks off or stalls is
    /// fetched again. Default: yes; otherwise they end with the headers, as in Microsoft.Extensions.Http.Resilience.
    /// </summary>
    public bool TimeoutsCoverBody { get; set; } = true;

    /// <summary>How much of the traffic to a host may be retries.</summary>
    [AllowNull]
    public RetryBudgetOptions Budget { get; set; } = new();

    /// <summary>How long a host is left alone after it said 429 or 503.</summary>
    [AllowNull]
    public HostGateOptions HostGate { get; set; } = new();

    /// <summary>When an attempt that takes long gets company. Default: <see langword="null"/>, never.</summary>
    public FetchHedgingOptions? Hedging { get; set; }

    /// <summary>Who shares gate, breaker, budget and permits. Default: the requests to one authority.</summary>
    public ResilienceScope Scope { get; set; }

    /// <summary>How much of a body is read, and how slowly it may come.</summary>
    public FetchBodyOptions Body { get; set; } = new();

    /// <summary>Which redirects are followed.</summary>
    public FetchRedirectOptions Redirects { get; set; } = new();

    /// <summary>Where connections may be made to. Default: anywhere.</summary>
    /// <remarks>
    /// It holds for connections that the fetcher makes itself, to the address that is really used. With a transport of
    /// the caller's only scheme, port and addresses that stand in the URI itself are checked. With a policy no proxy is
    /// used.
    /// </remarks>
    public OutboundPolicy Outbound { get; set; } = OutboundPolicy.Unrestricted;

    /// <summary>
    /// What resolves names, for connections that the fetcher makes itself. Must be thread-safe. Default: the system.
    /// </summary>
    public Func<string, CancellationToken, Task<IPAddress[]>>? Resolver { get; set; }

    /// <summary>
    /// The version of HTTP to ask for, where a request names none; lower ones are taken too. Default: 2.0, which is
    /// spoken over https with servers that can, and 1.1 with others.
    /// </summary>
    public Version HttpVersion { get; set; } = System.Net.HttpVersion.Version20;

    /// <summary>The <c>User-Agent</c> header of every request that has none. Default: none.</summary>
    /// <remarks>Say who you are and where you can be reached when you fetch other people's sites.</remarks>
    public string? UserAgent { get; set; }

    /// <summary>
    /// Whose behaviour the fetcher has. <see cref="FetchCompatibility.HttpResilience"/> sets <see cref="Budget"/>,
    /// <see cref="HostGate"/> and <see cref="FetchRetryOptions.MaxRetryAfter"/> to <see langword="null"/>,
    /// <see cref="Scope"/> to <see cref="ResilienceScope.Client"/>, <see cref="TimeoutsCoverBody"/> and
    /// <see cref="FetchRetryOptions.GiveUpEarly"/> to no, and
    /// <see cref="FetchRetryOptions.RetryUnsafeMethods"/>, <see cref="FetchRetryOptions.RetryAllServerErrors"/>,
    /// <see cref="FetchRetryOptions.RetryAfterReplacesDelay"/> and
    /// <see cref="FetchRateLimiterOptions.HoldPermitWhileWaiting"/> to yes; a
    /// <see cref="FetchConcurrencyOptions.QueueLimit"/> and a <see cref="FetchRetryOptions.MaxDelay"/> that are at
    /// their defaults become zero and none, and there is no limit for each host. Default: the options as they are set.
    /// </summary>
    public FetchCompatibility Compatibility { get; set; }

    /// <summary>The clock for limits, delays and dates. Default: <see cref="TimeProvider.System"/>.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>
    /// Makes the logger, of the category <c>AsyncKit.Http</c>. Default: <see langword="null"/>, nothing is logged.
    /// </summary>
    /// <remarks>Addresses are logged without user name and query.</remarks>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>
    /// Makes the meter, <c>AsyncKit.Http</c>. Default: <see langword="null"/>, one that all fetchers share.
    /// </summary>
    public IMeterFactory? MeterFactory { get; set; }

    /// <summary>Makes a copy that nobody else changes, after checking every option.</summary>
    /// <exception cref="ArgumentException">
    /// Names each option that is out of its range, the rule, and the value.
    /// </exception>
    internal static HttpFetcherOptions CheckedCopy(HttpFetcherOptions options)
    {
        string violations = string.Join("; ", options.Violations());
        if (violations.Length > 0) throw new ArgumentException($"{violations}.", nameof(options));

        var copy = (HttpFetcherOptions)options.MemberwiseClone();
        copy.RateLimiter = options.RateLimiter?.Copy();
        copy.TotalRequestTimeout = options.TotalRequestTimeout.Copy();
        copy.Retry = options.Retry?.Copy();
        copy.CircuitBreaker = options.CircuitBreaker?.Copy();
        copy.AttemptTimeout = options.AttemptTimeout.Copy();
        copy.Budget = options.Budget?.Copy();
        copy.HostGate = options.HostGate?.Copy();
        copy.Hedging = options.Hedging?.Copy();
        copy.Body = options.Body.Copy();
        copy.Redirects = options.Redirects.Copy();
        if (copy.Compatibility is FetchCompatibility.HttpResilience) copy.BehaveAsHttpResilience();
        return copy;
    }

    /// <summary>Whether a wait that a server asks for is longer than a fetch may make.</summary>
    internal bool IsTooLong(TimeSpan wait, Deadline deadline) =>
        wait > Retry?.MaxRetryAfter || wait > deadline.Remaining;

    /// <summary>Every option that is out of its range, with the rule and the value.</summary>
    internal IEnumerable<string> Violations()
    {
        if (TotalRequestTimeout is null || AttemptTimeout is null || Body is null || Redirects is null
            || Outbound is null || HttpVersion is null || TimeProvider is null)
        {
            return
            [
                "TotalRequestTimeout, AttemptTimeout, Body, Redirects, Outbound, HttpVersion and TimeProvider must "
                    + "not be null",
            ];
        }

        return
        [
            .. RateLimiter?.Violations(nameof(RateLimiter)) ?? [],
            .. TotalRequestTimeout.Violations(nameof(TotalRequestTimeout)),
            .. Retry?.Violations(nameof(Retry)) ?? [],
            .. CircuitBreaker?.Violations(nameof(CircuitBreaker)) ?? [],
            .. AttemptTimeout.Violations(nameof(AttemptTimeout)),
            .. Budget?.Violations(nameof(Budget)) ?? [],
            .. HostGate?.Violations(nameof(HostGate)) ?? [],
            .. Hedging?.Violations(nameof(Hedging)) ?? [],
            .. Body.Violations(nameof(Body)),
            .. Redirects.Violations(nameof(Redirects)),
            .. OptionRules.Defined(nameof(Scope), Scope),
            .. OptionRules.Defined(nameof(Compatibility), Compatibility),
            .. RelationViolations(),
        ];
    }

    private static bool IsUserAgent(string value)
    {
        using var request = new HttpRequestMessage();
        return Ascii.IsValid(value) && request.Headers.UserAgent.TryParseAdd(value);
    }

    private IEnumerable<string> RelationViolations()
    {
        if (AttemptTimeout.Timeout > TotalRequestTimeout.Timeout)
        {
            yield return "AttemptTimeout.Timeout must be at most TotalRequestTimeout.Timeout, "
                + $"{TotalRequestTimeout.Timeout}, but was {AttemptTimeout.Timeout}";
        }

        if (CircuitBreaker is { } breaker && breaker.SamplingDuration < AttemptTimeout.Timeout * 2)
        {
            yield return "CircuitBreaker.SamplingDuration must be at least twice AttemptTimeout.Timeout, "
                + $"{AttemptTimeout.Timeout}, but was {breaker.SamplingDuration}";
        }

        if (Hedging is { } hedging && hedging.Delay * hedging.MaxHedgedAttempts > TotalRequestTimeout.Timeout)
        {
            yield return "Hedging.MaxHedgedAttempts times Hedging.Delay must be at most TotalRequestTimeout.Timeout, "
                + $"{TotalRequestTimeout.Timeout}, but was {hedging.Delay * hedging.MaxHedgedAttempts}";
        }

        if (UserAgent is not null && !IsUserAgent(UserAgent))
            yield return $"UserAgent must be like 'MyCrawler/1.0 (+https://example.org/about)', but was '{UserAgent}'";
    }

    private void BehaveAsHttpResilience()
    {
        Budget = null;
        HostGate = null;
        Scope = ResilienceScope.Client;
        TimeoutsCoverBody = false;
        if (RateLimiter is { } limiter)
        {
            limiter.HoldPermitWhileWaiting = true;
            limiter.PermitLimitPerHost = int.MaxValue;
            if (limiter.DefaultRateLimiterOptions.QueueLimit is int.MaxValue)
                limiter.DefaultRateLimiterOptions.QueueLimit = 0;
        }

        if (Retry is not { } retry) return;
        if (retry.MaxDelay == new FetchRetryOptions().MaxDelay) retry.MaxDelay = null;
        retry.MaxRetryAfter = null;
        retry.GiveUpEarly = false;
        retry.RetryAfterReplacesDelay = true;
        retry.RetryAllServerErrors = true;
        retry.RetryUnsafeMethods = true;
    }
}
