using Microsoft.Extensions.Logging;

namespace AsyncKit.Http;

/// <summary>Every line that is logged.</summary>
/// <remarks>
/// Addresses are given without user name and query, and no text of an exception is logged, which may quote them.
/// </remarks>
internal sealed partial class FetchLog(ILogger logger)
{
    /// <summary>The category of the lines.</summary>
    public const string Category = "AsyncKit.Http";

    public bool IsEnabled(LogLevel level) => logger.IsEnabled(level);

    [LoggerMessage(
        1,
        LogLevel.Information,
        "{Method} {Uri} [{Operation}]: attempt {Attempt} failed with {Outcome}, status {StatusCode}; "
            + "another follows in {Delay}",
        EventName = "AttemptFailed")]
    public partial void AttemptFailed(
        string method, string uri, string? operation, int attempt, string outcome, int? statusCode, TimeSpan? delay);

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "{Method} {Uri} [{Operation}]: failed after {Attempts} attempts with {Outcome}, status {StatusCode}",
        EventName = "FetchFailed")]
    public partial void FetchFailed(
        string method, string uri, string? operation, int attempts, string outcome, int? statusCode);

    [LoggerMessage(
        3,
        LogLevel.Information,
        "{Host} answered {StatusCode} and is left alone for {Pause}",
        EventName = "HostPaused")]
    public partial void HostPaused(HostKey host, int statusCode, TimeSpan pause);

    [LoggerMessage(
        4, LogLevel.Warning, "The circuit breaker of {Host} is open for {BreakDuration}", EventName = "BreakerOpened")]
    public partial void BreakerOpened(HostKey host, TimeSpan breakDuration);

    [LoggerMessage(
        5,
        LogLevel.Warning,
        "The HttpClient '{Client}' has both a FetchResilienceHandler and a ResilienceHandler of "
            + "Microsoft.Extensions.Http.Resilience: what one retries the other retries again. Leave one out",
        EventName = "RetriesStacked")]
    public partial void RetriesStacked(string client);
}
