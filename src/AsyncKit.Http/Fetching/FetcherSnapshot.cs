namespace AsyncKit.Http;

/// <summary>What a fetcher does at a moment.</summary>
/// <remarks>Immutable and thread-safe. The numbers were read one after the other, while the work went on.</remarks>
public sealed record FetcherSnapshot
{
    /// <summary>How many requests are under way, to all hosts.</summary>
    public required int InFlight { get; init; }

    /// <summary>How many requests wait for a permit of the limit over all hosts.</summary>
    public required int Waiting { get; init; }

    /// <summary>
    /// Every host that is in use, was within the last two minutes, or wants to be left alone. In no order.
    /// </summary>
    public required IReadOnlyList<HostSnapshot> Hosts { get; init; }
}
