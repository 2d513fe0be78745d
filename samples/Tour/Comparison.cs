using AsyncKit.Concurrency;
using AsyncKit.Http;
using Tour.Harvesting;

namespace Tour;

/// <summary>The same pages fetched one at a time and many at a time, so that one sees what concurrency buys.</summary>
internal sealed record Comparison(int Pages, int Concurrency, TimeSpan OneAtATime, TimeSpan ManyAtATime)
{
    private const int SampleSize = 40;

    public double SpeedUp => OneAtATime / ManyAtATime;

    /// <summary>
    /// Fetches a sample of the pages twice. They answered at the first attempt, so no retry blurs the picture.
    /// </summary>
    public static async Task<Comparison> MeasureAsync(
        HttpFetcher fetcher, BoundedRunner runner, IReadOnlyList<Page> pages, CancellationToken cancellationToken)
    {
        Uri[] sample = [.. pages.Where(page => page.Attempts.Count is 1).Take(SampleSize).Select(page => page.Uri)];
        TimeSpan one = await TimeAsync(fetcher, new BoundedRunner(1), sample, cancellationToken);
        TimeSpan many = await TimeAsync(fetcher, runner, sample, cancellationToken);
        return new Comparison(sample.Length, runner.Limit.Value, one, many);
    }

    private static async Task<TimeSpan> TimeAsync(
        HttpFetcher fetcher, BoundedRunner runner, Uri[] sample, CancellationToken cancellationToken)
    {
        long started = TimeProvider.System.GetTimestamp();
        await runner.ForEachAsync(
            sample, async (uri, token) => PageReader.Read(uri, await fetcher.GetAsync(uri, token)), cancellationToken);
        return TimeProvider.System.GetElapsedTime(started);
    }
}
