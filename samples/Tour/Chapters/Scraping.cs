using AsyncKit.Http;
using AsyncKit.IO;
using Tour.Crawling;
using Tour.Site;

namespace Tour.Chapters;

/// <summary>A polite crawl of one host: rules, pace, a journal to go on from, JSON lines and a table.</summary>
internal static class Scraping
{
    private const string Crawler = "AsyncKit-Tour";

    public static async Task ShowAsync(ChapterRun run)
    {
        int pages = run.Amount(usual: 200, inShort: 40);
        await using EmbeddedSite site = await EmbeddedSite.StartAsync(seed: 3, pages, run.CancellationToken);
        await using TemporaryPath folder =
            await AsyncFiles.CreateTempFolderAsync(cancellationToken: run.CancellationToken);
        await using var fetcher = new HttpFetcher(new HttpFetcherOptions
        {
            UserAgent = $"{Crawler}/0.1",
            AttemptTimeout = { Timeout = TimeSpan.FromSeconds(1.5) },
            Retry = { Delay = TimeSpan.FromMilliseconds(100), MaxRetryAttempts = 2 },
            HostGate = null,
            CircuitBreaker = null,
        });

        RobotsRules rules = await RobotsRules.FetchAsync(fetcher, site.Root, Crawler, run.CancellationToken);
        run.Say($"robots.txt of {site.Root} asks for {rules.Delay?.TotalMilliseconds:N0} ms between two requests.");
        string path = Path.Combine(folder.Path, "pages.jsonl");
        await CrawlUntilHalfAsync(run, fetcher, site, rules, path);
        await CrawlOnAsync(run, fetcher, site, rules, path);
    }

    // As Ctrl+C would end it.
    private static async Task CrawlUntilHalfAsync(
        ChapterRun run, HttpFetcher fetcher, EmbeddedSite site, RobotsRules rules, string path)
    {
        await using CrawlJournal journal = await CrawlJournal.OpenAsync(path, run.CancellationToken);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(run.CancellationToken);
        Task crawl = new SiteCrawl(fetcher, journal, rules, maxConcurrency: 16).RunAsync(site.Root, stop.Token);
        while (journal.Done.Count < site.Plan.Pages.Count / 3 && !crawl.IsCompleted) await run.LatencyAsync(10);
        await stop.CancelAsync();
        await crawl.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        run.Claim(
            crawl.IsCanceled && journal.Pending.Count > 0,
            $"Cancelled: {journal.Done.Count} pages are done, and {journal.Pending.Count} wait in the journal.");
    }

    private static async Task CrawlOnAsync(
        ChapterRun run, HttpFetcher fetcher, EmbeddedSite site, RobotsRules rules, string path)
    {
        await using CrawlJournal journal = await CrawlJournal.OpenAsync(path, run.CancellationToken);
        int before = journal.Done.Count;
        var crawl = new SiteCrawl(fetcher, journal, rules, maxConcurrency: 16);
        TimeSpan elapsed = await ChapterRun.TimeAsync(() => crawl.RunAsync(site.Root, run.CancellationToken));
        double rate = (journal.Done.Count - before) / elapsed.TotalSeconds;
        run.Claim(
            journal.Pending.Count is 0 && rate <= 1.2 / rules.Delay!.Value.TotalSeconds,
            $"Run again, it asked for the {journal.Done.Count - before} that were left, {rate:0} a second.");
        run.Claim(
            journal.Done.All(entry => rules.Allows(new Uri(entry.Url))) && crawl.Refused > 0,
            $"{crawl.Refused} links that the rules forbid were not followed.");

        string table = Path.ChangeExtension(path, ".csv");
        await CrawlCsv.WriteAsync(table, journal.Done, run.CancellationToken);
        long rows = await TextFile.CountLinesAsync(table, cancellationToken: run.CancellationToken);
        run.Claim(
            rows == journal.Done.Count + 1,
            $"{journal.Done.Count(static entry => entry.Error is null)} pages have a row in a table; for example:");
        string[] last = await TextFile.ReadLastLinesAsync(table, 1, run.CancellationToken);
        run.Say($"  {last[0]}");
    }
}
