namespace Site.Pages;

/// <summary>A heading of the second level.</summary>
/// <param name="Id">Its anchor.</param>
/// <param name="Title">What it says, without marks.</param>
public sealed record Chapter(string Id, string Title);
