using AsyncKit.Testing.Tests.Scheduling;

namespace AsyncKit.Testing.Tests.Stress;

/// <summary>An exploration that fails has cut many runs, to shrink its schedule. Their threads must come back to the
/// pool, or it would have none left for the tests that follow.</summary>
[Collection(typeof(Alone))]
public class ExplorationThreadsTests
{
    private const int Few = 10;

    private static int BusyThreads
    {
        get
        {
            ThreadPool.GetMaxThreads(out int max, out _);
            ThreadPool.GetAvailableThreads(out int available, out _);
            return max - available;
        }
    }

    [Fact]
    public async Task AFailedExploration_GivesTheThreadsOfItsRunsBack()
    {
        int before = BusyThreads;
        var runs = 0;

        await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.ExploreAsync(async env =>
        {
            runs++;
            var counter = 0;
            var highest = 0;
            env.Always(() => counter >= (highest = Math.Max(highest, counter)) - 2, "it does not fall by three");
            await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
            {
                for (var i = 0; i < 4; i++)
                {
                    int read = counter;
                    await Task.Yield();
                    counter = read + 1;
                    await Task.Run(static () => { }).ConfigureAwait(false);
                }
            })));
        }));
        LongSuite.Say($"{runs} runs");

        for (var look = 0; look < 100 && BusyThreads > before + Few; look++)
            RealWork.Read(RealWork.Milliseconds(20));
        Assert.InRange(BusyThreads, 0, before + Few);
    }
}
