using System.Diagnostics;

namespace Tour.Site;

/// <summary>What the site knows of one page before the first visit: its content, and how it will misbehave.</summary>
[DebuggerDisplay("{Path}: {Fault.Kind} x {Fault.Visits}, {Latency.TotalMilliseconds} ms")]
internal sealed record PagePlan
{
    public required string Path { get; init; }

    public required string Title { get; init; }

    public required IReadOnlyList<string> Paragraphs { get; init; }

    /// <summary>The way back up, from the first page to the parent.</summary>
    public required IReadOnlyList<PageLink> Trail { get; init; }

    /// <summary>The way down, and across: some lead to the same page, in another form.</summary>
    public required IReadOnlyList<PageLink> Links { get; init; }

    public required TimeSpan Latency { get; init; }

    public required Fault Fault { get; init; }

    public static string PathOf(int page) => page == 0 ? "/" : $"/pages/{page}";
}
