namespace Tour.Site;

/// <summary>Turns the tree of pages into links, and strews cross links over it as a grown website has them.</summary>
internal sealed class LinkWeaver(PageTree tree, IReadOnlyList<string> titles, Random random)
{
    private const int MaxCrossLinks = 4;
    private const double FragmentShare = 0.2;
    private const double DuplicateShare = 0.15;

    /// <summary>The one link of the site that leads nowhere.</summary>
    public static PageLink DeadLink { get; } = new("/pages/lost-property", "Lost property", LinkForm.FromRoot);

    public IReadOnlyList<PageLink> Trail(int page) =>
        [.. tree.TrailTo(page).Select(above => new PageLink(PagePlan.PathOf(above), titles[above], LinkForm.FromRoot))];

    public IReadOnlyList<PageLink> Links(int page)
    {
        int crossLinks = random.Next(1, MaxCrossLinks + 1);
        var targets = tree.ChildrenOf(page)
            .Concat(Enumerable.Range(0, crossLinks).Select(_ => random.Next(tree.Count)));
        var links = targets.Select(LinkTo).ToList();
        links.AddRange(links.Where(_ => random.NextDouble() < DuplicateShare).Select(WriteAgain).ToList());

        return links;
    }

    private PageLink LinkTo(int page) => new(PagePlan.PathOf(page), titles[page], AnyForm(), AnyFragment());

    private PageLink WriteAgain(PageLink link) => link with { Form = AnyForm(), Fragment = AnyFragment() };

    private LinkForm AnyForm() => (LinkForm)random.Next((int)LinkForm.Dotted + 1);

    private string? AnyFragment() => random.NextDouble() < FragmentShare
        ? PageHtml.Fragments[random.Next(PageHtml.Fragments.Count)]
        : null;
}
