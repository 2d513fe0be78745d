using AsyncKit.Http;

namespace Tour.Harvesting;

/// <summary>What the harvest took from one page.</summary>
internal sealed record Page(
    Uri Uri, string Title, IReadOnlyList<Uri> Links, int Bytes, IReadOnlyList<FetchAttempt> Attempts);
