using AsyncKit.Concurrency;
using AsyncKit.Http;
using Tour.Site;

namespace Tour.Chapters;

/// <summary>The same unreliable pages, asked by a bare client and by the fetcher.</summary>
internal static class Network
{
    public static async Task ShowAsync(ChapterRun run)
    {
        int pages = run.Amount(usual: 200, inShort: 40);
        await using EmbeddedSite site = await EmbeddedSite.StartAsync(seed: 2, pages, run.CancellationToken);
        run.Say($"An embedded site: {site.Plan.Facts}.");
        Uri[] addresses = [.. site.Plan.Pages.Select(page => new Uri(site.Root, page.Path))];

        await using var fetcher = new HttpFetcher(new HttpFetcherOptions
        {
            AttemptTimeout = { Timeout = TimeSpan.FromSeconds(1.5) },
            Retry = { Delay = TimeSpan.FromMilliseconds(100), MaxRetryAttempts = 2 },

            // Each page fails for itself, and not because the site has had enough.
            HostGate = null,
            CircuitBreaker = null,
        });
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(1) };
        int plain = await AskPlainlyAsync(client, addresses, run);
        (int got, int attempts, string worst) = await AskPatientlyAsync(fetcher, addresses, run);
        run.Claim(plain < got, $"HttpClient got {plain} of {pages} pages.");
        run.Claim(
            got == site.Plan.Facts.Obtainable,
            $"HttpFetcher got {got} with {attempts} attempts: all that can be had. Of the rest one says: {worst}");
    }

    // First, so that each page is as bad as it will ever be.
    private static async Task<int> AskPlainlyAsync(HttpClient client, Uri[] addresses, ChapterRun run)
    {
        bool[] successes = await new BoundedRunner(32).MapAsync(
            addresses,
            async (address, token) =>
            {
                try
                {
                    await client.GetByteArrayAsync(address, token);
                    return true;
                }
                catch (Exception e) when (e is HttpRequestException or OperationCanceledException
                    && !token.IsCancellationRequested)
                {
                    return false;
                }
            },
            run.CancellationToken);
        return successes.Count(static success => success);
    }

    private static async Task<(int Got, int Attempts, string Worst)> AskPatientlyAsync(
        HttpFetcher fetcher, Uri[] addresses, ChapterRun run)
    {
        (int got, int attempts, string worst) = (0, 0, "");
        await foreach (FetchResult result in fetcher.FetchAllAsync(
            addresses.Select(static address => new FetchRequest(address)), maxConcurrency: 32, run.CancellationToken))
        {
            if (result.Response is { } response)
            {
                got++;
                attempts += response.Attempts.Count;
            }
            else if (result.Exception is FetchException failure)
            {
                attempts += failure.Attempts.Count;
                worst = $"{failure.Failure} after {failure.Attempts.Count} attempts";
            }
        }

        return (got, attempts, worst);
    }
}
