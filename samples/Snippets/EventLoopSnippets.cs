using AsyncKit.Concurrency;

namespace AsyncKit.Snippets;

public class EventLoopSnippets
{
    [Fact]
    public void OneStepAtATime_NeedsNoLock()
    {
        #region event-loop
        int visits = EventLoop.Run(async token =>
        {
            var visits = 0; // touched on the loop only, so it needs no lock
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => VisitAsync()));
            return visits;

            async Task VisitAsync()
            {
                for (var i = 0; i < 1_000; i++)
                {
                    visits++;
                    await Task.Yield(); // others take their turn here, and only here
                }
            }
        });
        #endregion

        Assert.Equal(8_000, visits);
    }

    [Fact]
    public async Task FromOtherThreads_ThroughThePortal()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        #region event-loop-start
        await using EventLoop loop = EventLoop.Start(new EventLoopOptions
        {
            Name = "document",
            SlowCallbackThreshold = TimeSpan.FromMilliseconds(100),
            OnSlowCallback = slow => Console.WriteLine($"{slow.Name} kept the loop for {slow.Duration}"),
        });
        List<string> lines = []; // belongs to the loop

        loop.Post(() => lines.Add("first"));
        int count = await loop.RunAsync(async token =>
        {
            lines.Add(await ReadLineAsync(token));
            return lines.Count;
        }, cancellationToken: cancellationToken);

        await loop.CompleteAsync(); // what is left is cancelled and waited for
        #endregion

        Assert.Equal(2, count);

        static async Task<string> ReadLineAsync(CancellationToken token)
        {
            await Task.Yield();
            token.ThrowIfCancellationRequested();
            return "second";
        }
    }

    [Fact]
    public async Task AnApplication_GivesItsExitCode()
    {
        var background = new BackgroundTasks((_, _) => { });

        #region event-loop-application
        // static Task<int> Main() =>
        Task<int> exitCode = EventLoop.RunApplicationAsync(async stop =>
        {
            _ = background.Run("warming up", WarmUpAsync);
            await ServeAsync(stop); // until Ctrl+C or SIGTERM; a second one ends the process at once
            return 0;
        }, new ApplicationOptions { Background = background, DrainTimeout = TimeSpan.FromSeconds(5) });
        #endregion

        Assert.Equal(0, await exitCode);

        static Task WarmUpAsync(CancellationToken token) => Task.CompletedTask;
        static async Task ServeAsync(CancellationToken token) => await Task.Yield();
    }
}
