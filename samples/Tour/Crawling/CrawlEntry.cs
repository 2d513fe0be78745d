namespace Tour.Crawling;

/// <summary>A line of the journal: an address that was found, or what became of it.</summary>
/// <param name="Url">The address.</param>
/// <param name="IsDone">Whether it was asked for.</param>
/// <param name="Title">The title of the page.</param>
/// <param name="Bytes">The size of its body.</param>
/// <param name="Error">Why there is no page.</param>
internal sealed record CrawlEntry(
    string Url, bool IsDone = false, string? Title = null, int? Bytes = null, string? Error = null);
