namespace Site;

/// <summary>What the command line asked for.</summary>
/// <param name="Root">The folder of the repository, which holds docs.</param>
/// <param name="Output">The folder that gets the site. What is in it is replaced.</param>
/// <param name="RepositoryUrl">Where the repository is on the web; <see langword="null"/>: where its build files say it
/// is, if they do.</param>
public sealed record SiteOptions(string Root, string Output, Uri? RepositoryUrl = null);
