using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Site.Pages;

/// <summary>Markdown as GitHub reads it: with its tables and its anchors.</summary>
internal static class MarkdownText
{
    private static readonly MarkdownPipeline _pipeline = new MarkdownPipelineBuilder()
        .UsePreciseSourceLocation()
        .UseAutoIdentifiers(AutoIdentifierOptions.GitHub)
        .UsePipeTables()
        .UseTaskLists()
        .UseAutoLinks()
        .UseEmphasisExtras(EmphasisExtraOptions.Strikethrough)
        .Build();

    /// <summary>Reads a text, without its comments.</summary>
    public static MarkdownDocument Parse(string markdown)
    {
        MarkdownDocument document = Markdown.Parse(markdown, _pipeline);
        foreach (HtmlBlock block in document.Descendants<HtmlBlock>().ToArray())
        {
            if (block.Type is HtmlBlockType.Comment) block.Parent!.Remove(block);
        }

        foreach (HtmlInline inline in document.Descendants<HtmlInline>().ToArray())
        {
            if (inline.Tag.StartsWith("<!--", StringComparison.Ordinal)) inline.Remove();
        }

        return document;
    }

    /// <summary>The text of a heading or a paragraph in one line, without marks.</summary>
    public static string Plain(ContainerInline? inline)
    {
        if (inline is null) return "";
        using var text = new StringWriter();
        new HtmlRenderer(text) { EnableHtmlForInline = false, EnableHtmlEscape = false }.Render(inline);
        return text.ToString().ReplaceLineEndings(" ").Trim();
    }

    /// <summary>The anchor of a heading.</summary>
    public static string IdOf(HeadingBlock heading) => heading.GetAttributes().Id ?? "";

    /// <summary>The HTML of a text.</summary>
    public static string ToHtml(MarkdownDocument document)
    {
        using var html = new StringWriter { NewLine = "\n" };
        var renderer = new HtmlRenderer(html);
        _pipeline.Setup(renderer);
        renderer.ObjectRenderers.Replace<Markdig.Renderers.Html.CodeBlockRenderer>(new CodeBlockRenderer());
        renderer.ObjectRenderers.Replace<HeadingRenderer>(new LinkedHeadingRenderer());
        renderer.ObjectRenderers.Replace<Markdig.Extensions.Tables.HtmlTableRenderer>(new ScrollingTableRenderer());
        renderer.Render(document);
        return html.ToString();
    }
}
