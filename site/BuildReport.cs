using Site.Links;

namespace Site;

/// <summary>What became of a build.</summary>
/// <param name="Pages">How many pages there are.</param>
/// <param name="Links">How many links of theirs were checked.</param>
/// <param name="Broken">What is to be mended. If there is anything, no site was written.</param>
public sealed record BuildReport(int Pages, int Links, IReadOnlyList<BrokenLink> Broken);
