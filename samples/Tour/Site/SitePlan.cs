using System.Diagnostics;

namespace Tour.Site;

/// <summary>The whole site on paper, its faults included: the same seed gives the same plan.</summary>
[DebuggerDisplay("{Facts}")]
internal sealed class SitePlan
{
    /// <summary>Fewer pages would not hold each fault at least once.</summary>
    public const int MinPages = 20;

    private SitePlan(IReadOnlyList<PagePlan> pages)
    {
        Pages = pages;
        Facts = Count(pages);
    }

    public IReadOnlyList<PagePlan> Pages { get; }

    public SiteFacts Facts { get; }

    public static SitePlan Create(int seed, int pages)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pages, MinPages);

        var random = new Random(seed);
        var tree = PageTree.Grow(pages, random);
        var faults = FaultDeal.Deal(tree, random);
        var text = new CatalogueText(random);
        string[] titles = [.. Enumerable.Range(0, pages).Select(page => text.Title(tree.TrailTo(page).Count))];
        var weaver = new LinkWeaver(tree, titles, random);

        // The dead link stands on a page that visitors get to see.
        int[] readable = [.. Enumerable.Range(0, pages).Where(page => !faults[page].IsPermanent)];
        int lost = readable[random.Next(readable.Length)];

        return new SitePlan([.. Enumerable.Range(0, pages).Select(Plan)]);

        PagePlan Plan(int page) => new()
        {
            Path = PagePlan.PathOf(page),
            Title = titles[page],
            Paragraphs = text.Paragraphs(),
            Trail = weaver.Trail(page),
            Links = page == lost ? [.. weaver.Links(page), LinkWeaver.DeadLink] : weaver.Links(page),
            Latency = TimeSpan.FromMilliseconds(random.Next(20, 121)),
            Fault = faults[page],
        };
    }

    private static SiteFacts Count(IReadOnlyList<PagePlan> pages)
    {
        var byKind = pages.CountBy(page => page.Fault.Kind).ToDictionary();
        return new SiteFacts
        {
            Pages = pages.Count,
            Unavailable = Of(FaultKind.Unavailable),
            TooManyRequests = Of(FaultKind.TooManyRequests) + Of(FaultKind.TooManyRequestsUntilDate),
            Reset = Of(FaultKind.Reset) + Of(FaultKind.ResetHalfway),
            AlwaysFailing = Of(FaultKind.AlwaysFailing),
            NeverAnswering = Of(FaultKind.NeverAnswering),
            DeadLinks = pages.Sum(page => page.Links.Count(link => link == LinkWeaver.DeadLink)),
        };

        int Of(FaultKind kind) => byKind.GetValueOrDefault(kind);
    }
}
