using Markdig.Extensions.Tables;
using Markdig.Renderers;

namespace Site.Pages;

/// <summary>Puts a table into a box in which it scrolls, so that the page does not.</summary>
internal sealed class ScrollingTableRenderer : HtmlTableRenderer
{
    protected override void Write(HtmlRenderer renderer, Table obj)
    {
        renderer.EnsureLine();
        renderer.Write("<div class=\"table\">");
        base.Write(renderer, obj);
        renderer.WriteLine("</div>");
    }
}
