using AsyncKit.Concurrency;
using AsyncKit.Http;
using AsyncKit.Synchronization;
using Tour.Harvesting;

namespace Tour.Crawling;

/// <summary>Asks for the pages of one host that its rules allow, at the pace it wants, each of them once.</summary>
/// <remarks>
/// The queue knows which pages are under way: it is joined when none is left, those that the last has found among them.
/// </remarks>
internal sealed class SiteCrawl(HttpFetcher fetcher, CrawlJournal journal, RobotsRules rules, int maxConcurrency)
{
    private readonly WorkQueue<Uri> _queue = new();
    private readonly AsyncRateLimiter _pace = new(permits: 1, rules.Delay ?? TimeSpan.FromSeconds(1));
    private int _refused;

    /// <summary>How many links the rules forbid to follow.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Crawls on where the journal ends.</summary>
    /// <param name="start">The page to begin with, when the journal is empty.</param>
    /// <param name="cancellationToken">Ends the crawl; the journal has what there is.</param>
    public async Task RunAsync(Uri start, CancellationToken cancellationToken)
    {
        foreach (Uri uri in journal.Pending) await _queue.EnqueueAsync(uri, cancellationToken);
        await FoundAsync(start, start, cancellationToken);
        Task workers = _queue.RunWorkersAsync(maxConcurrency, VisitAsync, cancellationToken);
        try
        {
            await _queue.JoinAsync(cancellationToken);
        }
        finally
        {
            _queue.Complete(discardPending: true);
            await workers;
        }
    }

    private async ValueTask VisitAsync(Uri uri, CancellationToken cancellationToken)
    {
        await _pace.AcquireAsync(cancellationToken: cancellationToken);
        CrawlEntry entry;
        try
        {
            Page page = PageReader.Read(uri, await fetcher.GetAsync(uri, cancellationToken));
            foreach (Uri link in page.Links) await FoundAsync(uri, link, cancellationToken);
            entry = new CrawlEntry(uri.AbsoluteUri, IsDone: true, page.Title, page.Bytes);
        }
        catch (FetchException e)
        {
            entry = new CrawlEntry(uri.AbsoluteUri, IsDone: true, Error: e.Failure.ToString());
        }

        await journal.FinishAsync(entry, cancellationToken);
    }

    private async ValueTask FoundAsync(Uri page, Uri link, CancellationToken cancellationToken)
    {
        if (!string.Equals(page.Authority, link.Authority, StringComparison.OrdinalIgnoreCase)) return;
        if (!rules.Allows(link))
        {
            Interlocked.Increment(ref _refused);
            return;
        }

        if (await journal.TryFindAsync(link, cancellationToken)) await _queue.EnqueueAsync(link, cancellationToken);
    }
}
