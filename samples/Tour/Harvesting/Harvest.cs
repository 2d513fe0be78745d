using System.Threading.Channels;
using System.Threading.RateLimiting;
using AsyncKit.Concurrency;
using AsyncKit.Errors;
using AsyncKit.Http;
using AsyncKit.IO;

namespace Tour.Harvesting;

/// <summary>Follows the links of a site from one page on, and writes a line about every page.</summary>
/// <remarks>
/// Two flows talk through two channels. The runner fetches, as many pages at a time as it may; one coordinator takes
/// what was fetched, writes it down and hands the links it had not seen back to the runner. Only the coordinator
/// touches the file and the set of known pages, so neither needs a lock.
/// </remarks>
internal sealed class Harvest(HttpFetcher fetcher, BoundedRunner runner, RateLimiter? pace, int maxPages)
{
    private readonly Channel<Uri> _frontier = Channel.CreateUnbounded<Uri>();
    private readonly Channel<(Uri Uri, Settled<Page> Page)> _fetched = Channel.CreateUnbounded<(Uri, Settled<Page>)>();
    private readonly HashSet<Uri> _known = [];

    /// <summary>
    /// Harvests until every page within reach is done, or the token is cancelled; then keeps what there is.
    /// </summary>
    public async Task RunAsync(Uri start, LineWriter output, HarvestReport report, CancellationToken cancellationToken)
    {
        long started = TimeProvider.System.GetTimestamp();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task fetching = FetchAllAsync(stop.Token);
        try
        {
            await CoordinateAsync(start, output, report, stop.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            report.WasInterrupted = true;
        }
        finally
        {
            await stop.CancelAsync();
            await fetching;
        }

        // Nothing is no harvest: a file from an earlier one stays.
        if (report.Settled > 0) await output.CompleteAsync(CancellationToken.None);
        report.WallTime = TimeProvider.System.GetElapsedTime(started);
    }

    // Never throws: however the fetching ends, the coordinator hears of it through the channel it reads.
    private async Task FetchAllAsync(CancellationToken cancellationToken)
    {
        Settled end = await Settled.CaptureAsync(
            token => runner.ForEachAsync(_frontier.Reader.ReadAllAsync(token), FetchAsync, token), cancellationToken);
        _fetched.Writer.Complete(end.Exception);
    }

    private async Task CoordinateAsync(
        Uri start, LineWriter output, HarvestReport report, CancellationToken cancellationToken)
    {
        Uri? site = null;
        Enqueue(start, report);
        while (report.Settled < report.Known)
        {
            (Uri uri, Settled<Page> page) = await _fetched.Reader.ReadAsync(cancellationToken);
            await output.WriteLineAsync(HarvestLine.Write(uri, page), cancellationToken);
            if (page.TryGetValue(out Page? found))
            {
                // The site is where the first page was found, which may be another host than the one asked for.
                site ??= found.Address;
                if (!IsSameSite(found.Address, site)) found = found with { Links = [] };
                foreach (Uri link in found.Links.Where(link => IsSameSite(link, site))) Enqueue(link, report);
            }

            report.Add(uri, page);
        }

        _frontier.Writer.Complete();
    }

    private async ValueTask FetchAsync(Uri uri, CancellationToken cancellationToken)
    {
        Settled<Page> page = await Settled.CaptureAsync(
            async token =>
            {
                using RateLimitLease? turn = pace is null ? null : await pace.AcquireAsync(permitCount: 1, token);
                return PageReader.Read(uri, await fetcher.GetAsync(uri, token));
            },
            cancellationToken);
        if (!page.IsCanceled) _fetched.Writer.TryWrite((uri, page));
    }

    private void Enqueue(Uri uri, HarvestReport report)
    {
        if (_known.Count >= maxPages || !_known.Add(uri)) return;
        report.AddKnown();
        _frontier.Writer.TryWrite(uri);
    }

    private static bool IsSameSite(Uri link, Uri site) =>
        Uri.Compare(
            link, site, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) is 0;
}
