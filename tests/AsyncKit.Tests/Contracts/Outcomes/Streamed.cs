using AsyncKit.Errors;

namespace AsyncKit.Tests.Contracts.Outcomes;

/// <summary>What a loop over a stream sees.</summary>
/// <param name="Outcomes">The outcomes of items, if the stream gives such.</param>
/// <param name="Thrown">What comes out of the loop in the end.</param>
internal sealed record Streamed(IReadOnlyList<Settled<bool>> Outcomes, Exception? Thrown);
