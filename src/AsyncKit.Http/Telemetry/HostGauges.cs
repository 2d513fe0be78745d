using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace AsyncKit.Http;

/// <summary>What is measured of hosts when somebody collects: over all fetchers that are alive.</summary>
/// <remarks>
/// A meter lives as long as the process, and what it asks lives as long: so fetchers are held weakly, and one that
/// nobody disposed of is not kept. What several fetchers know of one host, and all hosts that share the name "other",
/// become one number.
/// </remarks>
internal sealed class HostGauges
{
    private readonly ConditionalWeakTable<HostTable, object> _fetchers = [];
    private readonly BoundedNames _hosts;

    public HostGauges(Meter meter, BoundedNames hosts)
    {
        _hosts = hosts;
        meter.CreateObservableUpDownCounter(
            "asynckit.http.inflight",
            () => Observe<long>(static host => host.InFlight, static (one, other) => one + other),
            "{request}",
            "Requests that are under way, with their bodies.");
        meter.CreateObservableGauge(
            "asynckit.http.breaker.state",
            () => Observe<int>(static host => host.IsCircuitOpen ? 1 : 0, Math.Max),
            description: "1 while the circuit breaker of a host is open, or lets one request through to see; else 0.");
        meter.CreateObservableGauge(
            "asynckit.http.budget.remaining",
            () => Observe(static host => host.RetriesLeft, Math.Min),
            "{retry}",
            "How many retries the budget of a host would allow now.");
    }

    public void Add(HostTable fetcher) => _fetchers.AddOrUpdate(fetcher, this);

    public void Remove(HostTable fetcher) => _fetchers.Remove(fetcher);

    private IEnumerable<Measurement<T>> Observe<T>(Func<HostSnapshot, T?> read, Func<T, T, T> merge)
        where T : struct
    {
        var values = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (HostSnapshot host in _fetchers.SelectMany(static fetcher => fetcher.Key.Look()))
        {
            if (read(host) is not { } value) continue;
            string name = _hosts.Of(host.Name);
            values[name] = values.TryGetValue(name, out T known) ? merge(known, value) : value;
        }

        return values.Select(static value => new Measurement<T>(
            value.Value, new KeyValuePair<string, object?>(FetchInstruments.Host, value.Key)));
    }
}
