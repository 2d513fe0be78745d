namespace AsyncKit.Snippets.Concepts;

public class EventLoopsSnippets
{
    [Fact]
    public async Task AnExclusiveScheduler_RunsOneStepAtATime()
    {
        #region event-loops
        TaskScheduler loop = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
        var visits = 0; // touched only on the loop, so it needs no lock

        async Task VisitAsync()
        {
            for (var i = 0; i < 1_000; i++)
            {
                visits++;
                await Task.Yield(); // others take their turn here, and only here
            }
        }

        Task RunOnLoopAsync(Func<Task> work) =>
            Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.None, loop).Unwrap();

        await Task.WhenAll(RunOnLoopAsync(VisitAsync), RunOnLoopAsync(VisitAsync));
        #endregion

        Assert.Equal(2_000, visits);
    }
}
