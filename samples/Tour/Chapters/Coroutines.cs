using AsyncKit.Concurrency;
using AsyncKit.Synchronization;

namespace Tour.Chapters;

/// <summary>Async methods begin when they are called, async iterators when they are pulled, lazy values once.</summary>
internal static class Coroutines
{
    public static async Task ShowAsync(ChapterRun run)
    {
        await ShowBeginningsAsync(run);
        await ShowPullingAsync(run);
        await ShowLazyAsync(run);
    }

    private static async Task ShowBeginningsAsync(ChapterRun run)
    {
        run.Say("An async method runs as soon as it is called, up to its first await that waits.");
        List<string> log = [];
        Task boiling = BoilAsync();
        IAsyncEnumerable<string> cups = PourAsync();
        log.Add("called both");
        await boiling;
        await foreach (string cup in cups) log.Add(cup);
        run.Claim(
            log is ["boil", "called both", "pour", "first cup", "second cup"],
            $"In this order: {string.Join(", ", log)}.");

        async Task BoilAsync()
        {
            log.Add("boil");
            await Task.Yield();
        }

        async IAsyncEnumerable<string> PourAsync()
        {
            log.Add("pour");
            await Task.Yield();
            yield return "first cup";
            yield return "second cup";
        }
    }

    private static async Task ShowPullingAsync(ChapterRun run)
    {
        run.Say("A stream of a runner is no further ahead than its reader lets it.");
        var made = 0;
        var read = 0;
        var runner = new BoundedRunner(new BoundedRunnerOptions { MaxConcurrency = 4, BufferCapacity = 4 });
        await foreach (int _ in runner.StreamAsync(Endless(), MakeAsync, run.CancellationToken))
        {
            if (++read is 10) break;
        }

        run.Claim(made <= 18, $"{read} of endless elements were read, and {made} made.");

        async ValueTask<int> MakeAsync(int number, CancellationToken token)
        {
            await Task.Yield();
            Interlocked.Increment(ref made);
            return number;
        }

        static IEnumerable<int> Endless()
        {
            for (var i = 0; ; i++) yield return i;
        }
    }

    private static async Task ShowLazyAsync(ChapterRun run)
    {
        run.Say("AsyncLazy makes its value once, whoever asks, and one caller's leaving is no other's.");
        var made = 0;
        var gate = new TaskCompletionSource();
        var lazy = new AsyncLazy<int>(async token =>
        {
            await gate.Task.WaitAsync(token);
            return Interlocked.Increment(ref made);
        });
        using var impatient = new CancellationTokenSource();
        Task<int> leaver = lazy.GetValueAsync(impatient.Token).AsTask();
        Task<int>[] callers = [.. Enumerable.Range(0, 1_000)
            .Select(_ => lazy.GetValueAsync(run.CancellationToken).AsTask())];
        await impatient.CancelAsync();
        gate.SetResult();
        int[] values = await Task.WhenAll(callers);
        await ((Task)leaver).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        run.Claim(
            made is 1 && values.All(static value => value is 1) && leaver.IsCanceled,
            $"{callers.Length:N0} callers got one value, made once; one more had left.");
    }
}
