namespace Site.Links;

/// <summary>What was found in a folder of pages.</summary>
/// <param name="Links">How many links and images were looked at.</param>
/// <param name="Broken">What is to be mended.</param>
public sealed record LinkCheck(int Links, IReadOnlyList<BrokenLink> Broken);
