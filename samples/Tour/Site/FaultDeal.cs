namespace Tour.Site;

/// <summary>Deals the faults out to the pages.</summary>
internal static class FaultDeal
{
    private const double UnavailableShare = 0.06;
    private const double TooManyRequestsShare = 0.02;

    /// <summary>The fault of each page; the first page has none, so that every visit begins well.</summary>
    public static Fault[] Deal(PageTree tree, Random random)
    {
        var faults = new Fault[tree.Count];
        var order = Enumerable.Range(1, tree.Count - 1).ToArray();
        random.Shuffle(order);

        // A page that never heals must hide no other: only pages without pages under them may stay broken.
        var leaves = order.Where(tree.IsLeaf).ToArray();
        faults[leaves[0]] = Fault.Permanent(FaultKind.AlwaysFailing);
        faults[leaves[1]] = Fault.Permanent(FaultKind.NeverAnswering);

        var hand = HealingFaults(tree.Count, random);
        var healthy = order.Where(page => faults[page].Kind == FaultKind.None);
        foreach (var (page, fault) in healthy.Zip(hand).ToArray())
            faults[page] = fault;

        return faults;
    }

    private static List<Fault> HealingFaults(int pages, Random random)
    {
        int unavailable = (int)Math.Round(pages * UnavailableShare);
        int tooManyRequests = Math.Max(1, (int)Math.Round(pages * TooManyRequestsShare) - 1);

        return
        [
            .. Enumerable.Range(0, unavailable).Select(_ => new Fault(FaultKind.Unavailable, random.Next(1, 3))),
            .. Enumerable.Repeat(new Fault(FaultKind.TooManyRequests, 1), tooManyRequests),
            new Fault(FaultKind.TooManyRequestsUntilDate, 1),
            new Fault(FaultKind.Reset, 1),
            new Fault(FaultKind.ResetHalfway, 1),
        ];
    }
}
