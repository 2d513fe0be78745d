using AsyncKit.Concurrency;

namespace Tour.Chapters;

/// <summary>Groups whose children end with them, races whose losers are stopped, flights that callers share.</summary>
internal static class Tasks
{
    public static async Task ShowAsync(ChapterRun run)
    {
        await ShowGroupAsync(run);
        await ShowRaceAsync(run);
        await ShowFlightAsync(run);
    }

    private static async Task ShowGroupAsync(ChapterRun run)
    {
        run.Say("When a child of a group fails, the others are cancelled, and the group ends after the last of them.");
        var running = 0;
        Task group = TaskGroup.RunAsync(
            group =>
            {
                for (var i = 0; i < 100; i++) _ = group.Run(WaitAsync, $"child {i}");
                _ = group.Run(static _ => ValueTask.FromException(new IOException("the disk is full")), "unlucky");
                return default;
            },
            cancellationToken: run.CancellationToken);
        await group.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        run.Claim(
            group.Exception?.InnerExceptions is [IOException] && running is 0,
            $"100 children waited for an hour; one failed; {running} still run, and the fault is the group's.");

        async ValueTask WaitAsync(CancellationToken token)
        {
            Interlocked.Increment(ref running);
            try
            {
                await Task.Delay(TimeSpan.FromHours(1), TimeProvider.System, token);
            }
            finally
            {
                Interlocked.Decrement(ref running);
            }
        }
    }

    private static async Task ShowRaceAsync(ChapterRun run)
    {
        run.Say("A server that is slow each tenth time: the second request, sent when the first is late, wins.");
        int requests = run.Amount(usual: 60, inShort: 20);
        var sent = 0;
        TimeSpan alone = await ChapterRun.TimeAsync(async () =>
        {
            for (var i = 0; i < requests; i++) await AskAsync(isSlow: i % 10 is 0, run.CancellationToken);
        });
        sent = 0;
        TimeSpan hedged = await ChapterRun.TimeAsync(async () =>
        {
            for (var i = 0; i < requests; i++)
            {
                bool isSlow = i % 10 is 0;
                Func<CancellationToken, ValueTask<int>>[] contenders =
                    [token => AskAsync(isSlow, token), static token => AskQuicklyAsync(token)];
                await TaskRace.StaggeredAsync(
                    contenders, TimeSpan.FromMilliseconds(40), cancellationToken: run.CancellationToken);
            }
        });
        run.Claim(
            hedged < alone,
            $"{requests} requests took {alone.TotalSeconds:0.00} s alone, and {hedged.TotalSeconds:0.00} s as races.");

        async ValueTask<int> AskAsync(bool isSlow, CancellationToken token)
        {
            await ChapterRun.LatencyAsync(isSlow ? 400 : 5, token);
            return Interlocked.Increment(ref sent);
        }

        static async ValueTask<int> AskQuicklyAsync(CancellationToken token)
        {
            await ChapterRun.LatencyAsync(5, token);
            return 0;
        }
    }

    private static async Task ShowFlightAsync(ChapterRun run)
    {
        run.Say("Callers that want the same at the same time share one flight.");
        var flights = 0;
        var prices = new SingleFlight<string, decimal>();
        decimal[] seen = await Task.WhenAll(Enumerable.Range(0, 500)
            .Select(_ => prices.RunAsync("kettle", LoadAsync, run.CancellationToken)));
        run.Claim(flights is 1 && seen.All(static price => price is 25), $"{seen.Length} callers, {flights} load.");

        async ValueTask<decimal> LoadAsync(CancellationToken token)
        {
            Interlocked.Increment(ref flights);
            await ChapterRun.LatencyAsync(50, token);
            return 25;
        }
    }
}
