using System.Net;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Site.Code;

namespace Site.Pages;

/// <summary>Shows C# in colours, and all other code as it stands.</summary>
internal sealed class CodeBlockRenderer : HtmlObjectRenderer<CodeBlock>
{
    protected override void Write(HtmlRenderer renderer, CodeBlock obj)
    {
        string code = obj.Lines.ToString();
        bool isCSharp = obj is FencedCodeBlock { Info: "csharp" };
        renderer.EnsureLine();
        renderer.Write("<pre><code>");
        renderer.Write(isCSharp ? CSharpHighlighter.ToHtml(code) : WebUtility.HtmlEncode(code));
        renderer.WriteLine("</code></pre>");
    }
}
