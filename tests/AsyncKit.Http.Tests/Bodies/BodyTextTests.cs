using System.Text;
using AsyncKit.Http.Tests.Fetching;

namespace AsyncKit.Http.Tests.Bodies;

/// <summary>Which charset a text is read by: its mark, its header, what it says of itself, UTF-8.</summary>
public class BodyTextTests : FetcherFixture
{
    private const string Xml = """<?xml version="1.0" encoding="windows-1251"?>""";

    public static TheoryData<string?, string, string> Named { get; } = new()
    {
        { "text/html", """<meta charset="windows-1251">""", "windows-1251" },
        { "text/html", "<!DOCTYPE html><head><META CHARSET=windows-1251 /><title>", "windows-1251" },
        { "TEXT/HTML", "<meta name=a content='1 > 2'><meta charset='windows-1251'>", "windows-1251" },
        {
            "text/html",
            """<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">""",
            "windows-1251"
        },
        { "text/html", "<meta content='text/html;charset = windows-1251' HTTP-EQUIV=content-type>", "windows-1251" },
        { "application/xhtml+xml", Xml + "<html/>", "windows-1251" },
        { "application/xml", Xml, "windows-1251" },
        { "application/rss+xml", "<?xml version='1.0' encoding='windows-1251' standalone='yes'?>", "windows-1251" },
        { "text/html", Xml, "windows-1251" },
        { null, Xml, "windows-1251" },
        { null, "<meta charset=windows-1251>", "windows-1251" },
        { "text/html", "<meta charset=windows-1251><meta charset=utf-8>", "windows-1251" },
        { "text/html; charset=", "<meta charset=windows-1251>", "windows-1251" },

        { "text/html; charset=windows-1252", "<meta charset=windows-1251>", "windows-1252" },
        { "text/html", "<!-- <meta charset=windows-1251> -->", "utf-8" },
        { "text/html", "<!-- <meta charset=windows-1251>", "utf-8" },
        { "text/html", "<meta name=description content='text/html; charset=windows-1251'>", "utf-8" },
        { "text/html", "<metadata charset=windows-1251>", "utf-8" },
        { "text/html", "<meta charset=utf-16>", "utf-8" },
        { "text/html", "<meta charset=no-such-charset>", "utf-8" },
        { "text/html", "charset=windows-1251", "utf-8" },
        { "text/plain", "<meta charset=windows-1251>", "utf-8" },
        { "application/json", "<meta charset=windows-1251>", "utf-8" },
        { "application/xml", "  " + Xml, "utf-8" },
        { "application/xml", "<?xml version='1.0'?><a encoding='windows-1251'/>", "utf-8" },
    };

    [Theory]
    [MemberData(nameof(Named))]
    public async Task AText_IsReadByTheCharsetThatHasTheFirstSay(string? type, string head, string charset)
    {
        Encoding encoding = CodePagesEncodingProvider.Instance.GetEncoding(charset) ?? Encoding.GetEncoding(charset);
        string text = head + "größer";
        if (charset is "windows-1251") text = head + "больше";

        Assert.Equal(text, await GetStringAsync(encoding.GetBytes(text), type));
    }

    [Fact]
    public async Task TheByteOrderMark_HasTheFirstSay()
    {
        string text = "<meta charset=windows-1251>größer";

        Assert.Equal(
            text, await GetStringAsync([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(text)], "text/html"));
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public async Task AnXmlDocumentInUtf16_IsKnownByHowItBegins(string name)
    {
        string text = $"<?xml version='1.0' encoding='{name}'?><größer/>";

        Assert.Equal(text, await GetStringAsync(Encoding.GetEncoding(name).GetBytes(text), "application/xml"));
    }

    [Theory]
    [InlineData(990, true)]
    [InlineData(1_024, false)]
    public async Task OnlyTheFirst1024Bytes_AreLookedAt(int blanks, bool isFound)
    {
        Encoding encoding = CodePagesEncodingProvider.Instance.GetEncoding("windows-1251")!;
        string text = new string(' ', blanks) + "<meta charset=windows-1251>больше";

        string read = await GetStringAsync(encoding.GetBytes(text), "text/html");

        Assert.Equal(isFound, string.Equals(text, read, StringComparison.Ordinal));
    }

    [Fact]
    public async Task AHeadThatIsMadeToBeSlow_IsNot()
    {
        byte[] head = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("<meta <!--<meta a=\"", 10_000)));

        Assert.Equal(head.Length, (await GetStringAsync(head, "text/html")).Length);
    }

    private Task<string> GetStringAsync(byte[] body, string? type)
    {
        Stub.OnAny().Reply(_ =>
        {
            var content = new ByteArrayContent(body);
            if (type is not null) content.Headers.TryAddWithoutValidation("Content-Type", type);
            return new HttpResponseMessage { Content = content };
        });
        return Fetcher.GetStringAsync(Page, TestToken);
    }
}
