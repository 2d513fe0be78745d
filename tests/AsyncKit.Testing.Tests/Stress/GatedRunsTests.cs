using System.Collections.Concurrent;

namespace AsyncKit.Testing.Tests.Stress;

/// <summary>The promise that a busy machine makes no test fail: runs that cross the thread pool, several at a time,
/// while other threads want all the processors.</summary>
[Collection(typeof(Alone))]
public class GatedRunsTests
{
    private const int AtATime = 8;
    private const int Processors = 2;
    private const int Seed = 20_260_101;

    [Fact]
    public async Task OnABusyMachine_NoRunFails()
    {
        int runs = LongSuite.Count(usual: 400, full: 10_000);
        LongSuite.Say($"seed {Seed}, {AtATime} at a time, beside {Processors} busy threads");
        var failures = new ConcurrentBag<string>();
        int next = -1;

        using (new Hogs(Processors))
        {
            await Task.WhenAll(Enumerable.Range(0, AtATime).Select(_ => Task.Run(RunManyAsync)));
        }

        Assert.Empty(failures);

        async Task RunManyAsync()
        {
            for (int number; (number = Interlocked.Increment(ref next)) < runs;)
            {
                try
                {
                    await RunGatedAsync(new Random(Seed + number));
                }
                catch (Exception e)
                {
                    failures.Add($"run {number}: {e}");
                }
            }
        }
    }

    // The clock must jump exactly when the work on the pool has come to wait for it. A jump too early passes the limit
    // before the inner work has run.
    private static Task RunGatedAsync(Random random)
    {
        TimeSpan delay = TimeSpan.FromMilliseconds(random.Next(1, 1_000));
        return AsyncTest.RunAsync(async env =>
        {
            await Task.Run(async () =>
            {
                using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(0.5), env.Time);
                await Task.Run(static () => { }, limit.Token).ConfigureAwait(false);
                limit.Token.ThrowIfCancellationRequested();
                await env.DelayAsync(delay).ConfigureAwait(false);
            }).ConfigureAwait(false);

            Assert.Equal(delay, env.Elapsed);
        });
    }
}
