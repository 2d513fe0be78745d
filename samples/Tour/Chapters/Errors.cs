using AsyncKit.Concurrency;
using AsyncKit.Errors;
using AsyncKit.Timing;

namespace Tour.Chapters;

/// <summary>Limits that stop what they limit, faults of which none is lost, and time to clean up.</summary>
internal static class Errors
{
    public static async Task ShowAsync(ChapterRun run)
    {
        await ShowLimitAsync(run);
        await ShowFaultsAsync(run);
        await ShowCleanUpAsync(run);
        await ShowDeadlineAsync(run);
    }

    private static async Task ShowLimitAsync(ChapterRun run)
    {
        run.Say("WaitAsync stops waiting; Timeouts stops the work, and waits until it has stopped.");
        var running = 0;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(run.CancellationToken);
        Task abandoned = WorkAsync(enough.Token);
        await abandoned.WaitAsync(TimeSpan.FromMilliseconds(20), TimeProvider.System, run.CancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        int afterWaitAsync = running;
        await enough.CancelAsync();
        await abandoned.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        Settled settled = await Timeouts.TryRunAsync(
            WorkAsync, TimeSpan.FromMilliseconds(20), run.CancellationToken);
        run.Claim(
            afterWaitAsync is 1 && running is 0 && settled.Exception is TimeoutException,
            $"Still running after WaitAsync: {afterWaitAsync}; after Timeouts: {running}.");

        async Task WorkAsync(CancellationToken token)
        {
            Interlocked.Increment(ref running);
            try
            {
                await ChapterRun.LatencyAsync(60_000, token);
            }
            finally
            {
                Interlocked.Decrement(ref running);
            }
        }
    }

    private static async Task ShowFaultsAsync(ChapterRun run)
    {
        run.Say("await Task.WhenAll shows one fault; outcomes as values show each, in the order of the work.");
        Settled<int>[] outcomes = await TaskCombinators.WhenAllSettledAsync(Enumerable.Range(0, 6).Select(HalveAsync));
        run.Claim(
            outcomes.Count(static outcome => outcome.IsFaulted) is 3,
            $"{string.Join("; ", outcomes.Select(Describe))}.");

        static string Describe(Settled<int> outcome) =>
            outcome.TryGetValue(out int half) ? $"{half}" : outcome.Exception!.Message;

        static async Task<int> HalveAsync(int number)
        {
            await Task.Yield();
            return number % 2 is 0 ? number / 2 : throw new ArithmeticException($"{number} is odd");
        }
    }

    private static async Task ShowCleanUpAsync(ChapterRun run)
    {
        run.Say("What cleans up after a cancellation has a time of its own.");
        var isSaved = false;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(run.CancellationToken);
        Task work = WorkAsync(stop.Token);
        await stop.CancelAsync();
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        run.Claim(work.IsCanceled && isSaved, $"The work was cancelled, and what it had was saved all the same.");

        async Task WorkAsync(CancellationToken token)
        {
            try
            {
                await ChapterRun.LatencyAsync(60_000, token);
            }
            finally
            {
                await Timeouts.ShieldAsync(
                    async grace =>
                    {
                        await ChapterRun.LatencyAsync(10, grace);
                        isSaved = true;
                    },
                    TimeSpan.FromSeconds(5));
            }
        }
    }

    private static async Task ShowDeadlineAsync(ChapterRun run)
    {
        run.Say("Steps that share a deadline share its time.");
        Deadline deadline = Deadline.After(TimeSpan.FromMilliseconds(100));
        var steps = 0;
        Settled settled = default;
        while (!settled.IsFaulted)
        {
            settled = await Timeouts.TryRunAsync(
                static token => new ValueTask(ChapterRun.LatencyAsync(30, token)), deadline, run.CancellationToken);
            if (!settled.IsFaulted) steps++;
        }

        run.Claim(steps <= 3, $"Of steps of 30 ms each, {steps} fit into the 100 ms of all.");
    }
}
