using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AsyncKit.Http;

/// <summary>What outlives the connections: the options, what is known of hosts, the permits, and who is told.</summary>
internal sealed class ResilienceState : IDisposable
{
    public ResilienceState(HttpFetcherOptions options)
    {
        ILogger logger = (ILogger?)options.LoggerFactory?.CreateLogger(FetchLog.Category) ?? NullLogger.Instance;
        var log = new FetchLog(logger);
        Options = options;
        Hosts = new HostTable(options, log);
        Door = new HostDoor(options);
        Telemetry = new FetchTelemetry(options, log);
        Telemetry.Instruments.Gauges.Add(Hosts);
    }

    public HttpFetcherOptions Options { get; }

    public HostTable Hosts { get; }

    public HostDoor Door { get; }

    public FetchTelemetry Telemetry { get; }

    /// <summary>Ends the measuring of its hosts.</summary>
    public void Dispose() => Telemetry.Instruments.Gauges.Remove(Hosts);
}
