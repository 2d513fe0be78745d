using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace AsyncKit.Http;

/// <summary>The instruments of one meter; and the source of spans, of which there is one.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class FetchInstruments
{
    /// <summary>The name of the meter and of the source.</summary>
    public const string Name = "AsyncKit.Http";

    /// <summary>The tag that names a host.</summary>
    public const string Host = "server.address";

    // A store of metrics keeps a row for each combination of values, for ever.
    private const int MostNames = 100;

    private static readonly string? _version = typeof(FetchInstruments).Assembly.GetName().Version?.ToString(3);
    private static readonly FetchInstruments _own = new(new Meter(Name, _version));
    private static readonly ConditionalWeakTable<Meter, FetchInstruments> _ofFactories = [];

    private FetchInstruments(Meter meter)
    {
        Attempts = meter.CreateCounter<long>(
            "asynckit.http.attempts", "{attempt}", "Attempts that ended, redirects included.");
        Retries = meter.CreateCounter<long>(
            "asynckit.http.retries", "{retry}", "Attempts that failed and are followed by another.");
        RetryDelay = meter.CreateHistogram<double>(
            "asynckit.http.retry_delay", "s", "How long a fetch waits before its next attempt.");
        Duration = meter.CreateHistogram<double>(
            "asynckit.http.request.duration", "s", "How long a fetch took, with all its attempts and delays.");
        Bytes = meter.CreateCounter<long>(
            "asynckit.http.bytes", "By", "Bytes of bodies that came, as they came over the wire.");
        Gauges = new HostGauges(meter, Hosts);
    }

    public static ActivitySource Spans { get; } = new(Name, _version);

    public Counter<long> Attempts { get; }

    public Counter<long> Retries { get; }

    public Histogram<double> RetryDelay { get; }

    public Histogram<double> Duration { get; }

    public Counter<long> Bytes { get; }

    public HostGauges Gauges { get; }

    public BoundedNames Hosts { get; } = new(MostNames);

    public BoundedNames Operations { get; } = new(MostNames);

    /// <summary>Whether somebody hears of fetches and attempts.</summary>
    public bool AreHeard => Attempts.Enabled || Retries.Enabled || RetryDelay.Enabled || Duration.Enabled;

    /// <summary>Those of a factory's meter, or the ones that all share who have no factory.</summary>
    public static FetchInstruments Of(IMeterFactory? factory) => factory is null
        ? _own
        : _ofFactories.GetValue(
            // The factory keeps its meters, and gives the same again.
            factory.Create(new MeterOptions(Name) { Version = _version }),
            static meter => new FetchInstruments(meter));
}
