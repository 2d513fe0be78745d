using AsyncKit.Http;

namespace Tour.Harvesting;

/// <summary>What the harvest took from one page.</summary>
/// <param name="Uri">The address it was asked for by.</param>
/// <param name="Address">The address it was found at: another one when the site redirected.</param>
/// <param name="Title">Its title; empty when it has none.</param>
/// <param name="Links">Where it leads, without fragments.</param>
/// <param name="Bytes">The size of its body.</param>
/// <param name="Attempts">What it took to get it.</param>
internal sealed record Page(
    Uri Uri, Uri Address, string Title, IReadOnlyList<Uri> Links, int Bytes, IReadOnlyList<FetchAttempt> Attempts);
