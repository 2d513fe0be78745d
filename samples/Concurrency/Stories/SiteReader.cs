using System.Collections.Concurrent;
using AsyncKit.Concurrency;

namespace Concurrency.Stories;

/// <summary>Follows the links of a site. Pages bring further pages, so only the queue can tell when all are
/// read.</summary>
internal static class SiteReader
{
    private const int Pages = 200;
    private const int Workers = 8;

    public static async Task<string[]> TellAsync(CancellationToken cancellationToken)
    {
        var seen = new ConcurrentDictionary<int, bool>();
        var attempts = 0;
        var given = new ConcurrentBag<int>();
        var queue = new WorkQueue<int>(new WorkQueueOptions<int>
        {
            Name = "pages",
            MaxAttempts = 3,
            OnFailed = (page, _) => given.Add(page),
        });

        Task working = queue.RunWorkersAsync(Workers, ReadAsync, cancellationToken);
        await FoundAsync(1, cancellationToken);
        await queue.JoinAsync(cancellationToken);
        queue.Complete();
        await working;

        Story.Requires(seen.Count is Pages, $"All {Pages} pages are found, but {seen.Count} were.");
        Story.Requires(queue.UnfinishedCount is 0, "Nothing is left.");
        Story.Requires(given.Order().SequenceEqual([70, 140]), "Pages that are broken for good are given up.");
        return
        [
            $"{Workers} workers read {Pages} pages in {attempts} attempts.",
            $"Given up after three attempts: {string.Join(", ", given.Order())}.",
        ];

        async ValueTask ReadAsync(int page, CancellationToken token)
        {
            int attempt = Interlocked.Increment(ref attempts);
            await Story.LatencyAsync(1, token);
            foreach (int link in (int[])[page * 2, (page * 2) + 1])
            {
                if (link <= Pages) await FoundAsync(link, token);
            }

            if (page % 70 is 0) throw new IOException($"Page {page} is broken, attempt {attempt} of all.");
        }

        async ValueTask FoundAsync(int page, CancellationToken token)
        {
            if (seen.TryAdd(page, true)) await queue.EnqueueAsync(page, token);
        }
    }
}
