using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace AsyncKit.Http;

/// <summary>
/// What is known of hosts for each client of a factory, which makes handlers anew every two minutes: breakers, budgets
/// and permits live on.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ClientStates(IOptionsMonitor<HttpFetcherOptions> options) : IDisposable
{
    private readonly ConcurrentDictionary<(string Client, string Options), Lazy<ResilienceState>> _states = new();

    /// <summary>The name of the options of a client: not that of a fetcher, which may be the same.</summary>
    /// <param name="client">The client; <see langword="null"/> for what holds for all clients.</param>
    public static string OptionsName(string? client) => client is null ? "HttpClient" : $"HttpClient {client}";

    public ResilienceState Of(string client, string optionsName) => _states.GetOrAdd(
        (client, optionsName),
        key => new Lazy<ResilienceState>(
            () => new ResilienceState(HttpFetcherOptions.CheckedCopy(options.Get(key.Options))))).Value;

    public void Dispose()
    {
        foreach (Lazy<ResilienceState> state in _states.Values.Where(static state => state.IsValueCreated))
            state.Value.Dispose();
    }
}
