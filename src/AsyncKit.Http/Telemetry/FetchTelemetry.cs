using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace AsyncKit.Http;

/// <summary>Tells the world what a fetcher does: in metrics, spans and logs.</summary>
/// <remarks>Costs next to nothing when nobody listens. Thread-safe.</remarks>
internal sealed class FetchTelemetry(HttpFetcherOptions options, FetchLog log)
{
    public FetchInstruments Instruments { get; } = FetchInstruments.Of(options.MeterFactory);

    public FetchLog Log => log;

    public TimeProvider TimeProvider => options.TimeProvider;

    /// <summary>Whether anybody hears of fetches: to be asked before one is told of.</summary>
    public bool IsHeard =>
        Instruments.AreHeard || FetchInstruments.Spans.HasListeners() || log.IsEnabled(LogLevel.Warning);

    /// <summary>The method, when it is one of those that exist: anybody can make up others.</summary>
    public static string MethodOf(HttpMethod method) =>
        method.Method is "GET" or "HEAD" or "POST" or "PUT" or "DELETE" or "CONNECT" or "OPTIONS" or "TRACE" or "PATCH"
            ? method.Method
            : "_OTHER";

    /// <summary>Counts the bytes of a body while they are read.</summary>
    public void CountBody(HttpResponseMessage response, Uri uri)
    {
        if (!Instruments.Bytes.Enabled) return;
        string host = Instruments.Hosts.Of(uri.IdnHost);
        response.Content = new WrappedContent(
            response.Content, body => new CountedStream(body, Instruments.Bytes, host));
    }

    /// <summary>Begins the span of a fetch, if somebody wants it.</summary>
    public static Activity? Start(FetchRequest request)
    {
        if (!FetchInstruments.Spans.HasListeners()) return null;
        string method = MethodOf(request.Method);
        return FetchInstruments.Spans.StartActivity(
            method is "_OTHER" ? "HTTP" : method,
            ActivityKind.Client,
            parentContext: default,
            tags:
            [
                new("http.request.method", method),
                new(FetchInstruments.Host, request.Uri.IdnHost),
                new("server.port", request.Uri.Port),
                new("url.full", RedactedUri.Of(request.Uri)),
            ]);
    }
}
