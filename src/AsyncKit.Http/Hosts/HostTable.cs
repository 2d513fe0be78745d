using System.Net;

namespace AsyncKit.Http;

/// <summary>The hosts in use, and those that were a short while ago; others are forgotten.</summary>
/// <remarks>
/// Swept when it is used, and not by a timer, which would keep a fetcher alive that nobody holds any more. Thread-safe.
/// </remarks>
internal sealed class HostTable(HttpFetcherOptions options, FetchLog log)
{
    private const int Many = 10_000;
    private static readonly string[] _schemes = ["http", "https"];
    private static readonly TimeSpan _leastIdle = TimeSpan.FromMinutes(2);

    private readonly Dictionary<HostKey, HostState> _hosts = [];

    // Guards what is above, the field below, and who uses each host: one that is taken cannot be forgotten at once.
    private readonly Lock _sync = new();
    private long _swept = options.TimeProvider.GetTimestamp();

    // By then the windows of budget and breaker have passed.
    private TimeSpan Idle => new(Math.Max(
        _leastIdle.Ticks,
        Math.Max(options.Budget?.Window.Ticks ?? 0, options.CircuitBreaker?.SamplingDuration.Ticks ?? 0)));

    /// <summary>Under what the host of an address is known.</summary>
    public HostKey KeyOf(Uri uri) => options.Scope is ResilienceScope.Client ? default : HostKey.Of(uri);

    /// <summary>Takes the state of the host of an address, to be given back.</summary>
    public HostState Take(Uri uri) => Take(KeyOf(uri));

    /// <summary>Takes the state of a host, to be given back.</summary>
    public HostState Take(HostKey key)
    {
        lock (_sync)
        {
            if (!_hosts.TryGetValue(key, out HostState? host))
            {
                Sweep();
                _hosts.Add(key, host = new HostState(key, options, log));
            }

            host.Users++;
            return host;
        }
    }

    public void GiveBack(HostState host)
    {
        lock (_sync)
        {
            if (--host.Users is 0) host.IdleSince = options.TimeProvider.GetTimestamp();
        }
    }

    /// <summary>Takes note of the address that a connection was made to.</summary>
    public void Connected(DnsEndPoint target, IPAddress address)
    {
        lock (_sync)
        {
            foreach (string scheme in _schemes)
            {
                if (_hosts.TryGetValue(new HostKey(scheme, target.Host, target.Port), out HostState? host))
                    host.RemoteAddress = address;
            }
        }
    }

    /// <summary>What is known of each host, in no order.</summary>
    public HostSnapshot[] Look()
    {
        lock (_sync)
        {
            Sweep();
            return [.. _hosts.Values.Select(host => HostSnapshot.Of(host, options.TimeProvider.GetUtcNow()))];
        }
    }

    private void Sweep()
    {
        TimeProvider time = options.TimeProvider;
        if (time.GetElapsedTime(_swept) < TimeSpan.FromSeconds(1)) return;
        _swept = time.GetTimestamp();
        bool areMany = _hosts.Count >= Many;
        foreach ((HostKey key, HostState host) in _hosts)
        {
            if (host.Users > 0 || !host.MayForget) continue;
            if (areMany || time.GetElapsedTime(host.IdleSince) >= Idle) _hosts.Remove(key);
        }
    }
}
