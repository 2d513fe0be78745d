using System.Globalization;
using AsyncKit.Concurrency;

namespace Tour.Chapters;

/// <summary>Waiting at the same time needs no thread; computing at the same time needs cores.</summary>
internal static class Concurrency
{
    public static async Task ShowAsync(ChapterRun run)
    {
        await ShowWaitingAsync(run);
        await ShowComputingAsync(run);
        await ShowLimitAsync(run);
    }

    private static async Task ShowWaitingAsync(ChapterRun run)
    {
        run.Say("Calls that wait, one at a time and 20 at a time.");
        int calls = run.Amount(usual: 100, inShort: 20);
        TimeSpan one = await WaitAsync(maxConcurrency: 1);
        TimeSpan many = await WaitAsync(maxConcurrency: 20);
        run.Claim(
            many < one,
            $"{calls} calls of 20 ms: {one.TotalSeconds:0.00} s, and {many.TotalSeconds:0.00} s.");

        Task<TimeSpan> WaitAsync(int maxConcurrency) => ChapterRun.TimeAsync(() => new BoundedRunner(maxConcurrency)
            .ForEachAsync(
                Enumerable.Range(0, calls),
                static async (_, token) => await ChapterRun.LatencyAsync(20, token),
                run.CancellationToken));
    }

    private static async Task ShowComputingAsync(ChapterRun run)
    {
        run.Say("Work that computes gains by the cores there are, and no more by more at a time.");
        int items = run.Amount(usual: 64, inShort: 8);
        int cores = Environment.ProcessorCount;
        long[] sums = [];
        TimeSpan one = await ComputeAsync(maxConcurrency: 1);
        TimeSpan all = await ComputeAsync(cores);
        TimeSpan tooMany = await ComputeAsync(cores * 16);
        run.Claim(
            sums.Length == items && sums.All(sum => sum == sums[0]),
            $"{items} items took {one.TotalSeconds:0.00} s one at a time.");
        run.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"  {cores} at a time were {one / all:0.0} times as fast, {cores * 16} were {one / tooMany:0.0} times."));

        Task<TimeSpan> ComputeAsync(int maxConcurrency) => ChapterRun.TimeAsync(async () =>
            sums = await new BoundedRunner(maxConcurrency).MapAsync(
                Enumerable.Range(0, items), static (_, _) => ValueTask.FromResult(Sum()), run.CancellationToken));

        static long Sum()
        {
            long sum = 0;
            for (var i = 0; i < 10_000_000; i++) sum += i ^ (i >> 3);
            return sum;
        }
    }

    private static async Task ShowLimitAsync(ChapterRun run)
    {
        run.Say("One limit for two runners, changed while they run.");
        var limit = new ConcurrencyLimit(4);
        var running = 0;
        var most = 0;
        Task[] both = [RunAsync(), RunAsync()];
        await run.LatencyAsync(50);
        int before = Interlocked.Exchange(ref most, 0);
        limit.Value = 1;
        await run.LatencyAsync(50);
        Interlocked.Exchange(ref most, 0);
        await Task.WhenAll(both);
        run.Claim(before <= 4 && most <= 1, $"Together at most {before} of 4, and after the change {most} of 1.");

        Task RunAsync() => new BoundedRunner(limit).ForEachAsync(
            Enumerable.Range(0, 30),
            async (_, token) =>
            {
                InterlockedMax(ref most, Interlocked.Increment(ref running));
                await ChapterRun.LatencyAsync(5, token);
                Interlocked.Decrement(ref running);
            },
            run.CancellationToken);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen = Volatile.Read(ref target);
        while (seen < value && Interlocked.CompareExchange(ref target, value, seen) is var now && now != seen)
            seen = now;
    }
}
