using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Site.Pages;

/// <summary>Makes a heading below the first a link to itself, to be copied; not one that holds a link.</summary>
internal sealed class LinkedHeadingRenderer : HtmlObjectRenderer<HeadingBlock>
{
    protected override void Write(HtmlRenderer renderer, HeadingBlock obj)
    {
        string id = MarkdownText.IdOf(obj);
        bool isLinked = obj.Level > 1 && id.Length > 0 && !obj.Inline!.Descendants<LinkInline>().Any();
        renderer.EnsureLine();
        renderer.Write($"<h{obj.Level}");
        renderer.WriteAttributes(obj);
        renderer.Write(">");
        if (isLinked) renderer.Write($"<a href=\"#{id}\">");
        renderer.WriteLeafInline(obj);
        renderer.WriteLine($"{(isLinked ? "</a>" : "")}</h{obj.Level}>");
    }
}
