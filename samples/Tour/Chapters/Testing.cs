using System.Net;
using AsyncKit.Http;
using AsyncKit.Testing;

namespace Tour.Chapters;

/// <summary>Virtual time, explored schedules, a scripted server: without a test framework.</summary>
internal static class Testing
{
    public static async Task ShowAsync(ChapterRun run)
    {
        await ShowVirtualTimeAsync(run);
        await ShowExplorationAsync(run);
        await ShowDeadlockAsync(run);
        await ShowStubAsync(run);
    }

    private static async Task ShowVirtualTimeAsync(ChapterRun run)
    {
        run.Say("A day of polling each minute, on a clock that jumps.");
        var polls = 0;
        TimeSpan real = await ChapterRun.TimeAsync(() => AsyncTest.RunAsync(
            async env =>
            {
                using var timer = new PeriodicTimer(TimeSpan.FromMinutes(1), env.Time);
                while (env.Elapsed < TimeSpan.FromDays(1) && await timer.WaitForNextTickAsync()) polls++;
            },
            cancellationToken: run.CancellationToken));
        run.Claim(polls is 1_440, $"{polls:N0} polls in {real.TotalMilliseconds:N0} ms.");
    }

    private static async Task ShowExplorationAsync(ChapterRun run)
    {
        run.Say("Two tasks that add to one number, under one schedule after the other.");
        AsyncTestException? found = null;
        try
        {
            await AsyncTest.ExploreAsync(AddTwiceAsync, cancellationToken: run.CancellationToken);
        }
        catch (AsyncTestException e)
        {
            found = e;
        }

        string first = found?.Message.Split('\n')[0] ?? "nothing was found";
        run.Claim(found?.Token is not null, $"{first} It replays from the token {found?.Token}.");

        static async Task AddTwiceAsync(TestEnv env)
        {
            var sum = 0;
            await Task.WhenAll(AddAsync(), AddAsync());
            if (sum is not 2) throw new InvalidOperationException($"The sum is {sum}.");

            async Task AddAsync()
            {
                int before = sum;
                await env.YieldAsync();
                sum = before + 1;
            }
        }
    }

    private static async Task ShowDeadlockAsync(ChapterRun run)
    {
        run.Say("What waits for ever fails at once, and by name.");
        try
        {
            await AsyncTest.RunAsync(static _ => NeverReleasedAsync(), cancellationToken: run.CancellationToken);
        }
        catch (AsyncTestException e)
        {
            run.Claim(
                e.Failure is AsyncTestFailure.Deadlock
                    && e.Message.Contains(nameof(NeverReleasedAsync), StringComparison.Ordinal),
                $"{e.Failure}: {nameof(NeverReleasedAsync)} waits.");
        }

        static async Task NeverReleasedAsync()
        {
            using var gate = new SemaphoreSlim(0);
            await gate.WaitAsync();
        }
    }

    private static async Task ShowStubAsync(ChapterRun run)
    {
        run.Say("A server that is scripted, and retries that cost no time.");
        var virtualTime = TimeSpan.Zero;
        TimeSpan real = await ChapterRun.TimeAsync(() => AsyncTest.RunAsync(
            async env =>
            {
                using var stub = new HttpStub(env.Time);
                stub.OnAny().Reply(HttpStatusCode.ServiceUnavailable).Reply(HttpStatusCode.OK);
                await using var fetcher = new HttpFetcher(stub, new HttpFetcherOptions { TimeProvider = env.Time });
                await fetcher.GetAsync(new Uri("https://api.example/"));
                virtualTime = env.Elapsed;
            },
            cancellationToken: run.CancellationToken));
        run.Claim(
            virtualTime > TimeSpan.FromSeconds(1),
            $"The retry came {virtualTime.TotalSeconds:0.0} s later, in {real.TotalMilliseconds:N0} ms of real time.");
    }
}
