using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Site.Links;

/// <summary>The links and the ids of a page of HTML.</summary>
/// <param name="Links">Where its links, images and style sheets are, in order.</param>
/// <param name="Ids">What may stand behind '#' in a link to it.</param>
/// <param name="Repeated">The ids that others before have.</param>
internal sealed record WrittenPage(
    IReadOnlyList<(string Target, int Line)> Links,
    IReadOnlySet<string> Ids,
    IReadOnlyList<(string Target, int Line)> Repeated)
{
    public static WrittenPage Read(string html)
    {
        var links = new List<(string, int)>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var repeated = new List<(string, int)>();
        var parser = new HtmlParser(new HtmlParserOptions { IsKeepingSourceReferences = true });
        foreach (IElement element in parser.ParseDocument(html).All)
        {
            int line = element.SourceReference?.Position.Line ?? 0;
            foreach (string name in (string[])["href", "src"])
            {
                if (element.GetAttribute(name) is { } target) links.Add((target, line));
            }

            if (element.Id is { Length: > 0 } id && !ids.Add(id)) repeated.Add((id, line));
        }

        return new WrittenPage(links, ids, repeated);
    }
}
