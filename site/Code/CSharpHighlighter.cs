using System.Net;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Site.Code;

/// <summary>Shows C# in colours: the compiler says what is what.</summary>
public static class CSharpHighlighter
{
    // A file may hold statements with `await using`, a script members without a type around them; a snippet has either.
    private static readonly CSharpParseOptions[] _kinds =
    [
        new(LanguageVersion.Preview, kind: SourceCodeKind.Regular),
        new(LanguageVersion.Preview, kind: SourceCodeKind.Script),
    ];

    /// <summary>Marks the parts of a snippet, which need not compile. The text stays as it is.</summary>
    /// <param name="code">The snippet.</param>
    /// <returns>HTML in which each part that has a colour is a span with a class: k for keywords, t for types, m for
    /// methods, s for strings, n for numbers, c for comments, p for directives.</returns>
    public static string ToHtml(string code)
    {
        ArgumentNullException.ThrowIfNull(code);
        var html = new StringBuilder();
        string? open = null;
        foreach ((string text, string? style) in Parts(Parse(code)))
        {
            if (!string.Equals(style, open, StringComparison.Ordinal))
            {
                if (open is not null) html.Append("</span>");
                if (style is not null) html.Append("<span class=\"").Append(style).Append("\">");
                open = style;
            }

            html.Append(WebUtility.HtmlEncode(text));
        }

        return html.Append(open is null ? "" : "</span>").ToString();
    }

    private static SyntaxNode Parse(string code) => _kinds
        .Select(kind => CSharpSyntaxTree.ParseText(code, kind))
        .MinBy(tree => tree.GetDiagnostics().Count())!
        .GetRoot();

    private static IEnumerable<(string Text, string? Style)> Parts(SyntaxNode root) =>
        from token in root.DescendantTokens()
        from part in token.LeadingTrivia.Select(Part)
            .Append((token.Text, TokenStyle.Of(token)))
            .Concat(token.TrailingTrivia.Select(Part))
        where part.Item1.Length > 0
        select part;

    private static (string, string?) Part(SyntaxTrivia trivia) => (trivia.ToFullString(), TokenStyle.Of(trivia));
}
