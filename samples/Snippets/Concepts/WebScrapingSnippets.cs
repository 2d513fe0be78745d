using System.Net;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using AsyncKit.Concurrency;
using AsyncKit.Http;
using AsyncKit.Testing;

namespace AsyncKit.Snippets.Concepts;

public class WebScrapingSnippets
{
    [Fact]
    public async Task Titles_AreRead_InTheOrderOfTheAddresses()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using var server = new HttpStub();
        server.On(HttpMethod.Get, "/a").Reply(HttpStatusCode.OK, "<title>Apples</title>");
        server.On(HttpMethod.Get, "/b").Reply(HttpStatusCode.OK, "<title>Bread</title>");
        await using var fetcher = new HttpFetcher(server);
        Uri[] addresses = [new("https://example.org/a"), new("https://example.org/b")];

        #region web-scraping
        var polite = new BoundedRunner(maxConcurrency: 2);
        var parser = new HtmlParser();

        string?[] titles = await polite.MapAsync(addresses, async (address, token) =>
        {
            string page = await fetcher.GetStringAsync(address, token);
            using IHtmlDocument document = await parser.ParseDocumentAsync(page, token);
            return document.Title;
        }, cancellationToken);
        #endregion

        Assert.Equal("Apples, Bread", string.Join(", ", titles));
    }
}
