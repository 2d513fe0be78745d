using System.Text;

namespace AsyncKit.Http.Tests.Downloads;

public class DownloadNameTests
{
    private const string Page = "https://example.org/files/page.html";

    [Theory]
    [InlineData("""attachment; filename="report.pdf" """, "report.pdf")]
    [InlineData("attachment; filename=report.pdf", "report.pdf")]
    [InlineData("attachment;FILENAME=report.pdf;size=3", "report.pdf")]
    [InlineData("inline; filename = \"report.pdf\"", "report.pdf")]
    [InlineData("attachment; filename=annual report.pdf", "annual report.pdf")]
    [InlineData("""attachment; filename="a;b=c.txt"; size=3""", "a;b=c.txt")]
    [InlineData("""attachment; filename="the \"best\" file.txt" """, "the _best_ file.txt")]
    [InlineData("""attachment; filename="first.txt"; filename="second.txt" """, "first.txt")]
    [InlineData("attachment; filename*=UTF-8''na%C3%AFve%20%E2%82%AC.txt", "naïve €.txt")]
    [InlineData("attachment; filename*=utf-8'en'rates.txt", "rates.txt")]
    [InlineData("attachment; filename*=iso-8859-1''na%EFve.txt", "naïve.txt")]
    [InlineData("""attachment; filename="EURO.txt"; filename*=UTF-8''%e2%82%ac.txt""", "€.txt")]
    [InlineData("""attachment; filename*=UTF-8''%e2%82%ac.txt; filename="EURO.txt" """, "€.txt")]
    [InlineData("""attachment; filename*=UTF-8''%ff.txt; filename="plain.txt" """, "plain.txt")]
    [InlineData("""attachment; filename*=UTF-8''50%.txt; filename="plain.txt" """, "plain.txt")]
    [InlineData("""attachment; filename*=UTF-8''%; filename="plain.txt" """, "plain.txt")]
    [InlineData("""attachment; filename*=koi8-r''%C1.txt; filename="plain.txt" """, "plain.txt")]
    [InlineData("""attachment; filename*=%C1.txt; filename="plain.txt" """, "plain.txt")]
    [InlineData("""attachment; filename*=UTF-8''..; filename="plain.txt" """, "plain.txt")]
    [InlineData("attachment; filename=\"na\u00c3\u00afve.txt\"", "naïve.txt")]
    [InlineData("attachment; filename=\"na\u00efve.txt\"", "naïve.txt")]
    [InlineData("attachment; filename=\"50%25.txt\"", "50%25.txt")]
    [InlineData("attachment; xfilename=other.txt", "page.html")]
    [InlineData("attachment", "page.html")]
    [InlineData("attachment;", "page.html")]
    [InlineData("attachment; filename", "page.html")]
    [InlineData("attachment; filename=", "page.html")]
    [InlineData("attachment; filename=\"", "page.html")]
    [InlineData("attachment; filename=\"\\", "page.html")]
    [InlineData("", "page.html")]
    [InlineData(null, "page.html")]
    public void TheHeader_NamesTheFile_ElseTheAddress(string? header, string name) =>
        Assert.Equal(name, DownloadNameAccess.Of(header, Page));

    [Theory]
    [InlineData("https://example.org/a/b.tar.gz?key=secret#part", "b.tar.gz")]
    [InlineData("https://example.org/a/na%C3%AFve%20file.txt", "naïve file.txt")]
    [InlineData("https://example.org/a/plus+sign.txt", "plus+sign.txt")]
    [InlineData("https://example.org/a/50%.txt", "50%.txt")]
    [InlineData("https://example.org/a/", "download")]
    [InlineData("https://example.org", "download")]
    [InlineData("https://example.org/a/%20", "download")]
    [InlineData("https://example.org/a/%2e%2e%2f", "download")]
    [InlineData("https://example.org/a/..%2f..%2fetc%2fpasswd", "passwd")]
    [InlineData("https://example.org/a/%2e%2e%5c%2e%2e%5cboot.ini", "boot.ini")]
    [InlineData("https://example.org/a/%252e%252e%252fx", "%2e%2e%2fx")]
    [InlineData("https://example.org/a/con.txt", "_con.txt")]
    [InlineData("https://example.org/a/x%00.txt", "x_.txt")]
    public void TheAddress_NamesTheFile_ByItsLastSegment(string uri, string name) =>
        Assert.Equal(name, DownloadNameAccess.Of(null, uri));

    [Theory]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("/etc/passwd", "passwd")]
    [InlineData(@"..\..\x", "x")]
    [InlineData(@"C:\x", "x")]
    [InlineData(@"\\server\share\x.txt", "x.txt")]
    [InlineData(@"\\?\C:\x", "x")]
    [InlineData("C:x", "C_x")]
    [InlineData("x.txt:hidden", "x.txt_hidden")]
    [InlineData("x.txt::$DATA", "x.txt__$DATA")]
    [InlineData("a<b>c|d?e*f\"g", "a_b_c_d_e_f_g")]
    [InlineData("~/.ssh/authorized_keys", "authorized_keys")]
    [InlineData(".htaccess", "htaccess")]
    [InlineData(". . .bashrc . .", "bashrc")]
    [InlineData("x.txt...", "x.txt")]
    [InlineData("x.txt ", "x.txt")]
    [InlineData("\u00a0\u3000x.txt\u2003", "x.txt")]
    [InlineData("con", "_con")]
    [InlineData("con.txt", "_con.txt")]
    [InlineData("CON .txt", "_CON .txt")]
    [InlineData("nul.tar.gz", "_nul.tar.gz")]
    [InlineData("Com1", "_Com1")]
    [InlineData("COM¹.txt", "_COM¹.txt")]
    [InlineData("lpt9.log", "_lpt9.log")]
    [InlineData("conout$", "_conout$")]
    [InlineData("console.txt", "console.txt")]
    [InlineData("com10.txt", "com10.txt")]
    [InlineData("invoice\u202efdp.exe", "invoice_fdp.exe")]
    [InlineData("a\u2066b\u2069c\u200ed\u061ce.txt", "a_b_c_d_e.txt")]
    [InlineData("a\ufeffb\u200bc\u2028d.txt", "a_b_c_d.txt")]
    [InlineData("a\r\nb\tc\u0001d\u007fe\u0085f.txt", "a__b_c_d_e_f.txt")]
    [InlineData("👩\u200d💻.png", "👩\u200d💻.png")]
    public void AnAttack_IsConfinedToOnePlainName(string sent, string name) =>
        Assert.Equal(name, DownloadNameAccess.Of(Extended(sent), Page));

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../..")]
    [InlineData("/")]
    [InlineData(@"a\")]
    [InlineData(" . ")]
    [InlineData("")]
    public void WhatLeavesNoName_IsPassedOver(string sent) =>
        Assert.Equal("page.html", DownloadNameAccess.Of(Extended(sent), Page));

    [Theory]
    [InlineData("x", 300, ".tar.gz", ".gz")]
    [InlineData("€", 100, ".txt", ".txt")]
    [InlineData("👩", 100, ".png", ".png")]
    [InlineData("x", 300, "", "x")]
    [InlineData(" x", 300, "", "x")]
    [InlineData("x. ", 100, ".pdf", "x.pdf")]
    [InlineData("x", 10, ".yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy", "y")]
    public void AnOverlongName_IsCut_AndKeepsItsExtension(string stem, int times, string extension, string end)
    {
        string sent = string.Concat(Enumerable.Repeat(stem, times)) + extension;

        string name = DownloadNameAccess.Of(Extended(sent), Page);

        Assert.InRange(Encoding.UTF8.GetByteCount(name), Math.Min(sent.Length, 250), 255);
        Assert.EndsWith(end, name, StringComparison.Ordinal);
        Assert.DoesNotContain("\ufffd", name, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void AnyHeader_GivesAPlainName_WhichStaysAsItIs(int seed)
    {
        var random = new Random(seed);
        string[] pieces =
        [
            "filename", "*", "=", "\"", ";", "'", "UTF-8''", "%", "%2f", "\\", "/", ".", " ", ":", "con", "x", "ï",
            "\ud83d",
        ];
        for (var i = 0; i < 20_000; i++)
        {
            string noise = string.Concat(random.GetItems(pieces, random.Next(1, 40)));

            string name = DownloadNameAccess.Of($"attachment; filename{noise}", Page);

            Assert.False(name is "" or "." or ".." || name.AsSpan().ContainsAny("/\\:\0"), noise);
            Assert.Equal(name, DownloadNameAccess.Of(Extended(name), Page));
        }
    }

    // As a server writes any name.
    private static string Extended(string name) => $"attachment; filename*=UTF-8''{Uri.EscapeDataString(name)}";
}
