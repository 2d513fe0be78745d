namespace Synchronization;

/// <summary>Something that has to be true after a story.</summary>
/// <param name="Claim">It, in a sentence.</param>
/// <param name="Holds">Whether it is.</param>
internal sealed record Check(string Claim, bool Holds);
