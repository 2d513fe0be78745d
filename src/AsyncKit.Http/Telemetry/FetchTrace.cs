using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Logging;

namespace AsyncKit.Http;

/// <summary>What is told of one fetch, while it is made.</summary>
/// <remarks>Attempts may end beside each other.</remarks>
internal sealed class FetchTrace : IDisposable
{
    private readonly FetchTelemetry _telemetry;
    private readonly FetchRequest _request;
    private readonly Activity? _span;
    private readonly long _start;
    private int _attempts;

    public FetchTrace(FetchTelemetry telemetry, FetchRequest request)
    {
        (_telemetry, _request) = (telemetry, request);
        _span = FetchTelemetry.Start(request);
        _start = telemetry.TimeProvider.GetTimestamp();
    }

    private FetchInstruments Instruments => _telemetry.Instruments;

    /// <summary>An attempt ended.</summary>
    public void Attempted(FetchAttempt attempt)
    {
        Interlocked.Increment(ref _attempts);
        if (Instruments.Attempts.Enabled)
            Instruments.Attempts.Add(1, Tags(OutcomeOf(attempt), attempt.StatusCode));
        if (_span is not { IsAllDataRequested: true }) return;
        var tags = new ActivityTagsCollection
        {
            ["asynckit.http.attempt"] = attempt.Number,
            ["asynckit.http.outcome"] = OutcomeOf(attempt),
            ["asynckit.http.attempt.duration"] = attempt.Duration.TotalSeconds,
        };
        if (attempt.StatusCode is { } status) tags["http.response.status_code"] = (int)status;
        _span.AddEvent(new ActivityEvent("attempt", attempt.Started, tags));
    }

    /// <summary>Another attempt follows one that failed, after its delay.</summary>
    public void Retrying(FetchAttempt failed)
    {
        string outcome = OutcomeOf(failed);
        if (Instruments.Retries.Enabled) Instruments.Retries.Add(1, Tags(outcome, failed.StatusCode));
        if (Instruments.RetryDelay.Enabled && failed.Delay is { } delay)
            Instruments.RetryDelay.Record(delay.TotalSeconds, Tags(outcome, failed.StatusCode));
        if (!_telemetry.Log.IsEnabled(LogLevel.Information)) return;
        _telemetry.Log.AttemptFailed(
            _request.Method.Method,
            RedactedUri.Of(_request.Uri),
            _request.OperationName,
            failed.Number,
            outcome,
            (int?)failed.StatusCode,
            failed.Delay);
    }

    /// <summary>The fetch ended with an answer, though it may be one that says it failed.</summary>
    public void Complete(AttemptOutcome outcome) => End(
        outcome.Failure?.ToString() ?? "Success",
        outcome.StatusCode,
        outcome.Failure is null ? null : $"{(int?)outcome.StatusCode}");

    /// <summary>The fetch ended with an exception.</summary>
    public void Fail(Exception exception)
    {
        switch (exception)
        {
            case FetchException { Failure: FetchFailure.Status, StatusCode: { } status }:
                End(nameof(FetchFailure.Status), status, $"{(int)status}");
                break;
            case FetchException e:
                End(e.Failure.ToString(), e.StatusCode, e.Failure.ToString());
                break;
            case OperationCanceledException:
                End("Cancelled", status: null, exception.GetType().FullName);
                break;
            default:
                End("Error", status: null, exception.GetType().FullName);
                break;
        }
    }

    public void Dispose() => _span?.Dispose();

    private static string OutcomeOf(FetchAttempt attempt) =>
        attempt.Failure?.ToString() ?? (attempt.Error is null ? "Success" : "Cancelled");

    private void End(string outcome, HttpStatusCode? status, string? errorType)
    {
        if (Instruments.Duration.Enabled)
        {
            TimeSpan duration = _telemetry.TimeProvider.GetElapsedTime(_start);
            Instruments.Duration.Record(duration.TotalSeconds, Tags(outcome, status));
        }

        if (errorType is not null && outcome is not "Cancelled" && _telemetry.Log.IsEnabled(LogLevel.Warning))
        {
            _telemetry.Log.FetchFailed(
                _request.Method.Method,
                RedactedUri.Of(_request.Uri),
                _request.OperationName,
                _attempts,
                outcome,
                (int?)status);
        }

        if (_span is not null) EndSpan(_span, status, errorType);
    }

    private void EndSpan(Activity span, HttpStatusCode? status, string? errorType)
    {
        if (status is not null) span.SetTag("http.response.status_code", (int)status);
        if (_attempts > 1) span.SetTag("http.request.resend_count", _attempts - 1);
        if (errorType is null) return;
        span.SetTag("error.type", errorType);
        span.SetStatus(ActivityStatusCode.Error);
    }

    private TagList Tags(string outcome, HttpStatusCode? status)
    {
        TagList tags = default;
        tags.Add(FetchInstruments.Host, Instruments.Hosts.Of(_request.Uri.IdnHost));
        tags.Add("http.request.method", FetchTelemetry.MethodOf(_request.Method));
        tags.Add("outcome", outcome);
        if (status is not null) tags.Add("http.response.status_code", (int)status);
        if (_request.OperationName is { } operation) tags.Add("operation", Instruments.Operations.Of(operation));
        return tags;
    }
}
