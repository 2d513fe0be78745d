using AsyncKit.Errors;

namespace AsyncKit.Http;

/// <summary>What became of one of many fetches.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
/// <param name="Request">What was asked for.</param>
/// <param name="Outcome">The answer, or why there is none: as a rule a <see cref="FetchException"/>.</param>
public sealed record FetchResult(FetchRequest Request, Settled<FetchResponse> Outcome)
{
    /// <summary>The answer; <see langword="null"/> when the fetch failed.</summary>
    public FetchResponse? Response => Outcome.TryGetValue(out FetchResponse? response) ? response : null;

    /// <summary>Why the fetch failed; <see langword="null"/> when it did not.</summary>
    public Exception? Exception => Outcome.Exception;
}
