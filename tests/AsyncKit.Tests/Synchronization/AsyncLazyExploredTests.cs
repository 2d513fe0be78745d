using AsyncKit.Synchronization;
using AsyncKit.Testing;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Synchronization;

/// <summary>What holds in every order that an exploration comes to.</summary>
[Collection(typeof(Alone))]
public class AsyncLazyExploredTests
{
    private static readonly ExploreOptions _options = new() { Schedules = 300, Leaks = LeakChecks.All };

    [Fact]
    public Task FirstCallersAtOnce_RunTheFactoryOnce() => AsyncTest.ExploreAsync(
        static async env =>
        {
            var runs = 0;
            var lazy = new AsyncLazy<int>(async _ =>
            {
                int run = ++runs;
                await env.YieldAsync();
                return run;
            });

            int[] values = await Task.WhenAll(Enumerable.Range(1, 3).Select(number =>
                env.Start($"caller {number}", () => lazy.GetValueAsync().AsTask())));

            Assert.Equal([1, 1, 1], values);
            Assert.Equal(1, runs);
        },
        _options);

    [Fact]
    public Task AfterAFailure_OneRunAtATime_UntilOneGivesAValue() => AsyncTest.ExploreAsync(
        static async env =>
        {
            var runs = 0;
            var running = 0;
            var lazy = new AsyncLazy<int>(async _ =>
            {
                int run = ++runs;
                Assert.Equal(1, ++running);
                await env.YieldAsync();
                running--;
                return run is 1 ? throw new IOException("down") : run;
            });

            int[] values = await Task.WhenAll(Enumerable.Range(1, 3).Select(number =>
                env.Start($"caller {number}", GetWithARetryAsync)));

            Assert.Equal([2, 2, 2], values);
            Assert.Equal(2, runs);

            // Nobody fails twice: one run fails, and the one after it is for all.
            async Task<int> GetWithARetryAsync()
            {
                try
                {
                    return await lazy.GetValueAsync();
                }
                catch (IOException)
                {
                    return await lazy.GetValueAsync();
                }
            }
        },
        _options);

    [Fact]
    public Task WhoeverAsksAfterAReset_GetsNoOlderValue() => AsyncTest.ExploreAsync(
        static async env =>
        {
            var price = 1;
            var lazy = new AsyncLazy<int>(async _ =>
            {
                await env.YieldAsync();
                int read = price;
                await env.YieldAsync();
                return read;
            });

            Task[] callers = [.. Enumerable.Range(1, 2).Select(number => env.Start($"caller {number}", AskTwiceAsync))];
            Task writer = env.Start("writer", async () =>
            {
                await env.YieldAsync();
                price = 2;
                lazy.Reset();
                Assert.Equal(2, await lazy.GetValueAsync());
            });
            await Task.WhenAll([.. callers, writer]);

            Assert.Equal(2, await lazy.GetValueAsync());
            Assert.Equal(0, lazy.WaiterCount);

            async Task AskTwiceAsync()
            {
                for (var i = 0; i < 2; i++)
                {
                    int atLeast = price;
                    Assert.InRange(await lazy.GetValueAsync(), atLeast, 2);
                }
            }
        },
        _options);

    [Fact]
    public Task WhoeverIsCancelled_TheOthersGetTheValue_OfTheOnlyRun() => AsyncTest.CancelEverywhereAsync(
        static async (env, cancellationToken) =>
        {
            var runs = 0;
            var lazy = new AsyncLazy<int>(async token =>
            {
                int run = ++runs;
                await env.DelayAsync(TimeSpan.FromSeconds(1), token);
                return run;
            });

            Task<int> cancelled = env.Start("cancelled", () => lazy.GetValueAsync(cancellationToken).AsTask());
            Task<int>[] others = [.. Enumerable.Range(1, 2).Select(number =>
                env.Start($"other {number}", () => lazy.GetValueAsync(CancellationToken.None).AsTask()))];

            int[] values = await Task.WhenAll(others);
            Assert.Equal([1, 1], values);
            Assert.Equal(1, await lazy.GetValueAsync(CancellationToken.None));
            Assert.Equal(0, lazy.WaiterCount);
            Assert.Equal(1, await cancelled);
        },
        _options);
}
