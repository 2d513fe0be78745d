using AsyncKit.Concurrency;

namespace Tour.Chapters;

/// <summary>Calls that block, on the pool that everything needs, and on threads of their own.</summary>
internal static class Blocking
{
    public static async Task ShowAsync(ChapterRun run)
    {
        int calls = run.Amount(usual: 40, inShort: 16);
        TimeSpan time = TimeSpan.FromMilliseconds(run.Amount(usual: 250, inShort: 100));
        run.Say($"{calls} calls block for {time.TotalMilliseconds} ms each. How late does other work begin?");

        // First on the runner: the pool keeps for a while what threads it has made when it ran short of them.
        await using var runner = new BlockingRunner(maxThreads: 16);
        TimeSpan beside = await WorstDelayAsync(calls, () => runner.RunAsync(_ => Thread.Sleep(time)));
        TimeSpan onPool = await WorstDelayAsync(calls, () => Task.Run(() => Thread.Sleep(time)));
        run.Claim(
            beside < onPool,
            $"{onPool.TotalMilliseconds:N0} ms on the pool, {beside.TotalMilliseconds:N0} ms with BlockingRunner.");
    }

    // Asked from a thread of its own: one of the pool would wait in the queue that it measures.
    private static async Task<TimeSpan> WorstDelayAsync(int calls, Func<Task> block)
    {
        Task all = Task.WhenAll(Enumerable.Range(0, calls).Select(_ => block()));
        await using var asker = new BlockingRunner(maxThreads: 1);
        TimeSpan worst = await asker.RunAsync(_ =>
        {
            TimeSpan worst = TimeSpan.Zero;
            while (!all.IsCompleted)
            {
                long queued = TimeProvider.System.GetTimestamp();
                using var began = new ManualResetEventSlim();
                ThreadPool.UnsafeQueueUserWorkItem(static began => began.Set(), began, preferLocal: false);
                began.Wait(CancellationToken.None);
                TimeSpan delay = TimeProvider.System.GetElapsedTime(queued);
                if (delay > worst) worst = delay;
                Thread.Sleep(5);
            }

            return worst;
        });
        await all;
        return worst;
    }
}
