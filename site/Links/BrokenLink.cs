namespace Site.Links;

/// <summary>Something that leads nowhere, or to more than one place.</summary>
/// <param name="Page">The page it stands on.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Target">Where it is to lead, or the id.</param>
/// <param name="Problem">What is wrong with that.</param>
public sealed record BrokenLink(string Page, int Line, string Target, string Problem)
{
    /// <summary>What a person reads, and an editor jumps to.</summary>
    /// <returns>The place and the problem.</returns>
    public override string ToString() => $"{Page}:{Line}: '{Target}' {Problem}";
}
