using AsyncKit.Concurrency;

namespace Tour.Chapters;

/// <summary>One step at a time on one thread, and what is left at the end.</summary>
internal static class EventLoops
{
    private const int Workers = 8;

    public static async Task ShowAsync(ChapterRun run)
    {
        await ShowStepsAsync(run);
        await ShowSlowStepAsync(run);
        await ShowEndAsync(run);
    }

    // The same program twice. On the pool its workers are in each other's way.
    private static async Task ShowStepsAsync(ChapterRun run)
    {
        run.Say("Workers count in a plain variable: on the thread pool, and on a loop.");
        int each = run.Amount(usual: 50_000, inShort: 2_000);
        int all = Workers * each;

        // They may have passed each other by, as in the test that is green: then once more.
        int onPool = all;
        for (var i = 0; i < 20 && onPool == all; i++) onPool = await CountAsync(static work => Task.Run(work));
        await using EventLoop loop = EventLoop.Start();
        int onLoop = await CountAsync(work => loop.RunAsync(_ => work()));
        run.Claim(onPool <= all, $"The pool lost {all - onPool:N0} of {all:N0} steps.");
        run.Claim(onLoop == all, $"The loop lost none.");

        async Task<int> CountAsync(Func<Func<Task>, Task> start)
        {
            var count = 0;
            await Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => start(async () =>
            {
                for (var i = 0; i < each; i++)
                {
                    int seen = count;
                    Thread.SpinWait(10); // what stands between reading and writing
                    count = seen + 1;
                    if (i % 100 is 0) await Task.Yield();
                }
            })));
            return count;
        }
    }

    private static async Task ShowSlowStepAsync(ChapterRun run)
    {
        run.Say("A step that does not let others go on is reported.");
        var reports = new List<SlowCallback>();
        await using (EventLoop loop = EventLoop.Start(new EventLoopOptions
        {
            SlowCallbackThreshold = TimeSpan.FromMilliseconds(50),
            OnSlowCallback = reports.Add,
        }))
        {
            await loop.RunAsync(static _ => ComputeAsync());
        }

        SlowCallback? slow = reports.FirstOrDefault();
        run.Claim(slow is not null, $"{slow?.Name} kept the loop for {slow?.Duration.TotalMilliseconds:N0} ms.");

        static async Task ComputeAsync()
        {
            await Task.Yield();
            Thread.Sleep(80);
        }
    }

    private static async Task ShowEndAsync(ChapterRun run)
    {
        run.Say("What is left when a loop ends is cancelled, and waited for.");
        var hasCleanedUp = false;
        EventLoop loop = EventLoop.Start();
        Task left = loop.RunAsync(async token =>
        {
            try
            {
                await ChapterRun.LatencyAsync(60_000, token);
            }
            finally
            {
                await Task.Yield();
                hasCleanedUp = true;
            }
        });
        await loop.CompleteAsync();
        run.Claim(left.IsCanceled && hasCleanedUp, $"It had a minute to wait, was cancelled, and has cleaned up.");
    }
}
