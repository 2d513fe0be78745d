namespace Tour;

/// <summary>What the command line asked for.</summary>
/// <param name="Url">The site to harvest; <see langword="null"/>: the embedded one.</param>
/// <param name="MaxPages">The most pages to fetch.</param>
/// <param name="Concurrency">How many pages are fetched at a time.</param>
/// <param name="Output">The file that gets a line for each page.</param>
internal sealed record TourOptions(Uri? Url, int MaxPages, int Concurrency, FileInfo Output);
