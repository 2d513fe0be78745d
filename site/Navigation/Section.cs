using Site.Pages;

namespace Site.Navigation;

/// <summary>Pages that belong together.</summary>
/// <param name="Title">What they are about.</param>
/// <param name="Pages">The pages, in the order to read them.</param>
public sealed record Section(string Title, IReadOnlyList<Page> Pages);
