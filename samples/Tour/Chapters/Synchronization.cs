using AsyncKit.Synchronization;

namespace Tour.Chapters;

/// <summary>State that several tasks change, a door for a few at a time, a lock for each key, a pace.</summary>
internal static class Synchronization
{
    private const int Workers = 8;

    public static async Task ShowAsync(ChapterRun run)
    {
        await ShowLockAsync(run);
        await ShowSemaphoreAsync(run);
        await ShowKeysAsync(run);
        await ShowPaceAsync(run);
    }

    private static async Task ShowLockAsync(ChapterRun run)
    {
        run.Say("What is read before an await may be old after it: updates get lost. Under a lock none is.");
        int each = run.Amount(usual: 2_000, inShort: 200);
        var unguarded = 0;
        await InParallelAsync(async () =>
        {
            int before = Volatile.Read(ref unguarded);
            await Task.Yield();
            Volatile.Write(ref unguarded, before + 1);
        });
        var guarded = 0;
        var mutex = new AsyncLock();
        await InParallelAsync(async () =>
        {
            using (await mutex.LockAsync(run.CancellationToken))
            {
                int before = guarded;
                await Task.Yield();
                guarded = before + 1;
            }
        });
        run.Claim(
            guarded == Workers * each,
            $"Of {Workers * each:N0} updates {Workers * each - unguarded:N0} were lost without, none with AsyncLock.");

        Task InParallelAsync(Func<Task> update) => Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(
            async () =>
            {
                for (var i = 0; i < each; i++) await update();
            },
            run.CancellationToken)));
    }

    private static async Task ShowSemaphoreAsync(ChapterRun run)
    {
        run.Say("A semaphore lets in so many at a time.");
        var door = new AsyncSemaphore(3);
        var inside = 0;
        var most = 0;
        var sync = new Lock();
        await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => EnterAsync()));
        run.Claim(most is 3, $"30 came, and at most {most} were inside.");

        async Task EnterAsync()
        {
            using AsyncSemaphore.Lease lease = await door.AcquireAsync(cancellationToken: run.CancellationToken);
            lock (sync) most = Math.Max(most, ++inside);
            await run.LatencyAsync(10);
            lock (sync) inside--;
        }
    }

    private static async Task ShowKeysAsync(ChapterRun run)
    {
        run.Say("Transfers between accounts lock both of them, whatever the order they are named in.");
        int transfers = run.Amount(usual: 5_000, inShort: 500);
        var accounts = new KeyedLock<int>();
        int[] money = [.. Enumerable.Repeat(100, 20)];
        var random = new Random(1);
        (int From, int To)[] orders = [.. Enumerable.Range(0, transfers)
            .Select(_ => (random.Next(money.Length), random.Next(money.Length)))];
        await Task.WhenAll(orders.Select(async order =>
        {
            await Task.Yield();
            using KeyedLock<int>.Lease both = await accounts.LockManyAsync(
                [order.From, order.To], run.CancellationToken);
            int before = money[order.From];
            await Task.Yield();
            money[order.From] = before - 1;
            money[order.To]++;
        }));
        run.Claim(money.Sum() is 2_000, $"{transfers:N0} transfers, no deadlock, and all of the money is there.");
    }

    private static async Task ShowPaceAsync(ChapterRun run)
    {
        run.Say("A rate limiter keeps a pace.");
        int calls = run.Amount(usual: 100, inShort: 20);
        var pace = new AsyncRateLimiter(permits: 100, TimeSpan.FromSeconds(1));
        TimeSpan elapsed = await ChapterRun.TimeAsync(async () =>
        {
            for (var i = 0; i < calls; i++) await pace.AcquireAsync(cancellationToken: run.CancellationToken);
        });

        // A timer that comes late is made up for, by some calls at most.
        run.Claim(
            elapsed.TotalSeconds > (calls - 1) / 100.0 - 0.1,
            $"{calls} calls took {elapsed.TotalSeconds:0.00} s at 100 a second.");
    }
}
