namespace AsyncKit.Http;

/// <summary>What a fetcher knows of one host at a moment.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
public sealed record HostSnapshot
{
    /// <summary>Scheme, host and port; <c>*</c> when all hosts are one, by
    /// <see cref="HttpFetcherOptions.Scope"/>.</summary>
    public required string Authority { get; init; }

    /// <summary>How many requests are under way.</summary>
    public required int InFlight { get; init; }

    /// <summary>How many requests wait for a permit of the host.</summary>
    public required int Waiting { get; init; }

    /// <summary>Until when the host wants to be left alone; <see langword="null"/> when it does not.</summary>
    public DateTimeOffset? PausedUntil { get; init; }

    /// <summary>Whether the circuit breaker keeps requests back, or lets one through to see.</summary>
    public bool IsCircuitOpen { get; init; }

    /// <summary>How many retries the budget would allow now; <see langword="null"/> without a budget.</summary>
    public double? RetriesLeft { get; init; }

    /// <summary>The host alone.</summary>
    internal string Name { get; private init; } = "*";

    internal static HostSnapshot Of(HostState host, DateTimeOffset now) => new()
    {
        Authority = host.Key.ToString(),
        Name = host.Key.Host ?? "*",
        InFlight = host.Permits is { } permits ? permits.Value - permits.CurrentCount : host.Users,
        Waiting = host.Permits?.WaiterCount ?? 0,
        PausedUntil = host.Gate?.Pause.Wait is { Ticks: > 0 } wait ? Moments.Add(now, wait) : null,
        IsCircuitOpen = host.IsCircuitOpen,
        RetriesLeft = host.Budget?.Remaining,
    };
}
