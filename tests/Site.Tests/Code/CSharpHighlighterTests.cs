using System.Net;
using System.Text.RegularExpressions;
using Site.Code;

namespace Site.Tests.Code;

public partial class CSharpHighlighterTests
{
    // The spans as k(await), so that a case is read at a glance.
    [Theory]
    [InlineData("await x;", "k(await) x;")]
    [InlineData("await using A a = b;", "k(await) k(using) t(A) a = b;")]
    [InlineData("public int A { get; }", "k(public) k(int) A { k(get); }")]
    [InlineData("[Fact]\nTask Do() => x;", "[t(Fact)]\nt(Task) m(Do)() =&gt; x;")]
    [InlineData("var n = 1_000;", "k(var) n = n(1_000);")]
    [InlineData("// if & <b>", "c(// if &amp; &lt;b&gt;)")]
    [InlineData("a + \"if <\"", "a + s(&quot;if &lt;&quot;)")]
    [InlineData("a + 'c'", "a + s(&#39;c&#39;)")]
    [InlineData("a + $\"b{c}d\"", "a + s($&quot;b){c}s(d&quot;)")]
    [InlineData("Task<int> t;", "t(Task)&lt;k(int)&gt; t;")]
    [InlineData("Console.Out.Write(a);", "t(Console).Out.m(Write)(a);")]
    [InlineData("e is AException or BException", "e k(is) t(AException) k(or) t(BException)")]
    [InlineData("nameof(a)", "k(nameof)(a)")]
    [InlineData("#if A\n#endif", "p(#if A\n#endif)")]
    public void Parts_HaveTheirColours(string code, string expected) =>
        Assert.Equal(expected, Span.Replace(CSharpHighlighter.ToHtml(code), "${style}(${text})"));

    [Theory]
    [InlineData("[Fact]\npublic Task A_B() => Run(async x => { await x; });")]
    [InlineData("class A<T> where T : IB { A() { } } // <script>alert(1)</script>")]
    [InlineData("string s = \"\"\"\n    {\"a\": \"<b>\"}\n    \"\"\";")]
    [InlineData("#if A\n<nonsense> & \"half a string\n#endif\n\t}} )( …")]
    [InlineData("a ? b[..^1] : c is not null and { Length: > 0 }")]
    [InlineData("")]
    public void TheText_StaysAsItIs_WhateverItIs(string code) =>
        Assert.Equal(code, WebUtility.HtmlDecode(Span.Replace(CSharpHighlighter.ToHtml(code), "${text}")));

    [GeneratedRegex("<span class=\"(?<style>.)\">(?<text>[^<]*)</span>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Span { get; }
}
