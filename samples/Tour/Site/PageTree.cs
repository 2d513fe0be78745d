namespace Tour.Site;

/// <summary>
/// The skeleton of the site: each page but the first hangs under an earlier one, so all can be reached.
/// </summary>
internal sealed class PageTree
{
    private readonly int[] _parents;
    private readonly List<int>[] _children;

    private PageTree(int[] parents)
    {
        _parents = parents;
        _children = [.. parents.Select(_ => new List<int>())];
        for (int page = 1; page < parents.Length; page++)
            _children[parents[page]].Add(page);
    }

    public int Count => _parents.Length;

    /// <summary>
    /// Grows a tree in which a page has about six pages under it: 300 pages lie four to five levels deep.
    /// </summary>
    public static PageTree Grow(int pages, Random random)
    {
        var parents = new int[pages];
        for (int page = 1; page < pages; page++)
            parents[page] = random.Next((page - 1) / 8, ((page - 1) / 4) + 1);

        return new PageTree(parents);
    }

    public IReadOnlyList<int> ChildrenOf(int page) => _children[page];

    public bool IsLeaf(int page) => _children[page].Count == 0;

    /// <summary>The pages above a page, from the first page down to its parent.</summary>
    public IReadOnlyList<int> TrailTo(int page)
    {
        var trail = new List<int>();
        while (page > 0)
        {
            page = _parents[page];
            trail.Add(page);
        }

        trail.Reverse();
        return trail;
    }
}
