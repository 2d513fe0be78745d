using System.Net;
using System.Text.RegularExpressions;

namespace AsyncKit.Tests.Conventions;

/// <summary>A page as GitHub reads it: its code blocks, its headings and their anchors, its links.</summary>
internal sealed partial class MarkdownPage
{
    public MarkdownPage(string path)
    {
        Path = path;
        Lines = Repository.Lines(path);
        CodeBlocks = [.. FindCodeBlocks(Lines)];
        Prose = [.. Lines.Select((line, index) => CodeBlocks.Any(block => block.Holds(index)) ? "" : line)];
        string shown = Comment.Replace(string.Join('\n', Prose), match => NotNewLine.Replace(match.Value, " "));
        Shown = shown.Split('\n');
        Headings =
        [
            .. from line in Shown
               from heading in Heading.Matches(line)
               select PlainText(heading.Groups["text"].Value),
        ];
        Anchors = FindAnchors(Shown);
        Links = [.. FindLinks(Shown)];
    }

    /// <summary>The path from the root of the repository.</summary>
    public string Path { get; }

    /// <summary>The lines as they stand.</summary>
    public string[] Lines { get; }

    /// <summary>The lines with blanks where a fenced block stands.</summary>
    public string[] Prose { get; }

    /// <summary>The lines with blanks where a fenced block or a comment stands.</summary>
    public string[] Shown { get; }

    /// <summary>The fenced blocks, in order.</summary>
    public CodeBlock[] CodeBlocks { get; }

    /// <summary>Whether a fence closes a block, and not the end of the page.</summary>
    public bool Closes(CodeBlock block) => block.Last < Lines.Length;

    /// <summary>The headings as they are shown.</summary>
    public string[] Headings { get; }

    /// <summary>What may stand after '#' in a link to the page.</summary>
    public HashSet<string> Anchors { get; }

    /// <summary>The targets of all links and images that are not on the web.</summary>
    public (string Place, string Target)[] Links { get; }

    /// <summary>All pages of the repository.</summary>
    public static IEnumerable<MarkdownPage> All() => Repository.Files("", ".md").Select(path => new MarkdownPage(path));

    private static IEnumerable<CodeBlock> FindCodeBlocks(string[] lines)
    {
        CodeBlock? open = null;
        foreach ((int index, string line) in lines.Index())
        {
            Match fence = Fence.Match(line);
            if (!fence.Success) continue;
            string ticks = fence.Groups["ticks"].Value;
            if (open is null)
            {
                string above = index > 0 ? lines[index - 1] : "";
                string? snippet = Marker.Match(above) is { Success: true } match ? match.Groups["name"].Value : null;
                open = new CodeBlock(
                    index, index, ticks, fence.Groups["indent"].Value, fence.Groups["info"].Value, snippet);
            }
            else if (ticks.StartsWith(open.Ticks, StringComparison.Ordinal) && fence.Groups["info"].Length is 0)
            {
                yield return open with { Last = index };
                open = null;
            }
        }

        // What nothing closes ends with the page.
        if (open is not null) yield return open with { Last = lines.Length };
    }

    // GitHub numbers the headings that are written alike: name, name-1, name-2.
    private HashSet<string> FindAnchors(string[] prose)
    {
        var anchors = new HashSet<string>(StringComparer.Ordinal);
        foreach (string heading in Headings)
        {
            string slug = NotInSlug.Replace(heading.ToLowerInvariant(), "").Replace(' ', '-');
            string anchor = slug;
            for (var number = 1; !anchors.Add(anchor); number++) anchor = $"{slug}-{number}";
        }

        anchors.UnionWith(prose.SelectMany(line => Id.Matches(line)).Select(match => match.Groups["id"].Value));
        return anchors;
    }

    private IEnumerable<(string Place, string Target)> FindLinks(string[] prose) =>
        from line in prose.Index()
        from match in Link.Matches(CodeSpan.Replace(line.Item, "code"))
        let target = match.Groups["target"].Value.Trim('<', '>')
        where target.Length > 0 && !OnTheWeb.IsMatch(target)
        select ($"{Path}:{line.Index + 1}", target);

    private static string PlainText(string markdown)
    {
        string withoutLinks = LinkText.Replace(markdown, "${text}");
        string text = CodeSpanOrTag.Replace(withoutLinks, match => WebUtility.HtmlEncode(match.Groups["code"].Value));
        return WebUtility.HtmlDecode(Emphasis.Replace(text, "${text}")).Trim();
    }

    [GeneratedRegex("^(?<indent> *)(?<ticks>`{3,}|~{3,}) *(?<info>[^`]*?) *$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Fence { get; }

    [GeneratedRegex("^ *<!-- snippet: (?<name>.+?) -->$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Marker { get; }

    [GeneratedRegex(@"^ {0,3}#{1,6}\s+(?<text>.*?)(\s+#+)?\s*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Heading { get; }

    // [text](target "title"), ![alt](target), [id]: target, <a href="target">, <img src="target">.
    [GeneratedRegex(
        """
        \]\(\s*(?<target><[^>]*>|[^()\s]*(\([^()\s]*\)[^()\s]*)*)(\s+("[^"]*"|'[^']*'))?\s*\)
        | ^\ {0,3}\[[^\]^]+\]:\s*(?<target>\S+)
        | <(a|img)\s[^>]*(href|src)="(?<target>[^"]*)"
        """,
        RegexOptions.ExplicitCapture | RegexOptions.IgnorePatternWhitespace,
        1000)]
    private static partial Regex Link { get; }

    [GeneratedRegex("^([a-z][a-z0-9+.-]*:|//)", RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex OnTheWeb { get; }

    [GeneratedRegex(@"!?\[(?<text>[^\]]*)\]\([^)]*\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LinkText { get; }

    [GeneratedRegex("(?<ticks>`+)(?<code>.+?)(?<!`)\\k<ticks>(?!`)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CodeSpan { get; }

    [GeneratedRegex(
        "(?<ticks>`+)(?<code>.+?)(?<!`)\\k<ticks>(?!`)|</?[a-zA-Z][^>]*>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CodeSpanOrTag { get; }

    [GeneratedRegex(@"(?<!\w)(?<mark>\*+|_+)(?<text>\S.*?)\k<mark>(?!\w)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Emphasis { get; }

    [GeneratedRegex(@"[^\p{L}\p{M}\p{N}\p{Pc}\- ]", RegexOptions.None, 1000)]
    private static partial Regex NotInSlug { get; }

    [GeneratedRegex(@"<[a-z]+\s[^>]*\b(id|name)=""(?<id>[^""]+)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Id { get; }

    [GeneratedRegex("<!--.*?-->", RegexOptions.Singleline, 1000)]
    private static partial Regex Comment { get; }

    [GeneratedRegex(@"[^\n]", RegexOptions.None, 1000)]
    private static partial Regex NotNewLine { get; }
}
