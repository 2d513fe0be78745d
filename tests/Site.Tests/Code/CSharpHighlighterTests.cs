using System.Net;
using System.Text.RegularExpressions;
using Site.Code;

namespace Site.Tests.Code;

public partial class CSharpHighlighterTests
{
    [Theory]
    [InlineData("await x;", """<span class="k">await</span> x;""")]
    [InlineData("var n = 1_000;", """<span class="k">var</span> n = <span class="n">1_000</span>;""")]
    [InlineData("// if & <b>", """<span class="c">// if &amp; &lt;b&gt;</span>""")]
    [InlineData("a + \"if <\"", """a + <span class="s">&quot;if &lt;&quot;</span>""")]
    [InlineData("a + 'c'", """a + <span class="s">&#39;c&#39;</span>""")]
    [InlineData("$\"a{b}c\"", """<span class="s">$&quot;a</span>{b}<span class="s">c&quot;</span>""")]
    [InlineData("Task<int> t;", """<span class="t">Task</span>&lt;<span class="k">int</span>&gt; t;""")]
    [InlineData("Console.Out.Write(a);", """<span class="t">Console</span>.Out.<span class="m">Write</span>(a);""")]
    [InlineData("nameof(a)", """<span class="k">nameof</span>(a)""")]
    public void Parts_HaveTheirColours(string code, string expected) =>
        Assert.Equal(expected, CSharpHighlighter.ToHtml(code));

    [Theory]
    [InlineData("[Fact]\npublic Task A_B() => Run(async x => { await x; });")]
    [InlineData("class A<T> where T : IB { A() { } } // <script>alert(1)</script>")]
    [InlineData("string s = \"\"\"\n    {\"a\": \"<b>\"}\n    \"\"\";")]
    [InlineData("#if A\n<nonsense> & \"half a string\n#endif\n\t}} )( …")]
    [InlineData("a ? b[..^1] : c is not null and { Length: > 0 }")]
    [InlineData("")]
    public void TheText_StaysAsItIs_WhateverItIs(string code) =>
        Assert.Equal(code, WebUtility.HtmlDecode(Span.Replace(CSharpHighlighter.ToHtml(code), "")));

    [GeneratedRegex("</?span[^>]*>", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Span { get; }
}
