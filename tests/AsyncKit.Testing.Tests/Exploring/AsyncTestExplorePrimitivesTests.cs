using AsyncKit.Concurrency;
using AsyncKit.Testing.Tests.Stress;

namespace AsyncKit.Testing.Tests.Exploring;

/// <summary>Primitives that exist, explored for what happens when a grant and a cancellation meet.</summary>
[Collection(typeof(Alone))]
public class AsyncTestExplorePrimitivesTests
{
    [Fact]
    public async Task BoundedRunner_CancelledAnywhere_LosesNoPermit_AndRunsNothingAfterItsReturn()
    {
        foreach (ulong seed in LongSuite.Seeds.Take(LongSuite.IsOn ? 5 : 1))
        {
            await AsyncTest.CancelEverywhereAsync(
                ShareARunnerAsync, new ExploreOptions { Seed = seed, Schedules = LongSuite.IsOn ? 500 : 200 });
        }
    }

    // Without a suspension in its bodies, only its scheduling points let another call of it overtake.
    [Fact]
    public async Task BoundedRunner_TakesPermitsAtSchedulingPoints()
    {
        var orders = new HashSet<string>(StringComparer.Ordinal);

        await AsyncTest.ExploreAsync(
            async env =>
            {
                var runner = new BoundedRunner(1);
                var order = "";
                await Task.WhenAll(
                    runner.ForEachAsync([1, 2], AddAsync), runner.ForEachAsync([3, 4], AddAsync));
                orders.Add(order);

                ValueTask AddAsync(int item, CancellationToken cancellationToken)
                {
                    order += item;
                    return ValueTask.CompletedTask;
                }
            },
            new ExploreOptions { Schedules = 200 });

        Assert.Contains("1234", orders);
        Assert.Contains("3412", orders);
        Assert.Contains("1342", orders);
        Assert.All(orders, static order => Assert.Matches("^(?=.*1.*2)(?=.*3.*4)", order));
    }

    [Fact]
    public async Task BoundedRunner_NeverRunsMoreThanItsLimit()
    {
        await AsyncTest.ExploreAsync(
            static async env =>
            {
                var runner = new BoundedRunner(2);
                var running = 0;
                await Task.WhenAll(
                    runner.ForEachAsync([1, 2, 3], WorkAsync), runner.ForEachAsync([4, 5, 6], WorkAsync));

                async ValueTask WorkAsync(int item, CancellationToken cancellationToken)
                {
                    Assert.InRange(++running, 1, 2);
                    await Task.Yield();
                    running--;
                }
            },
            new ExploreOptions { Schedules = LongSuite.IsOn ? 500 : 100 });
    }

    [Fact]
    public async Task SemaphoreSlim_CancelledAgainstARelease_LosesNoPermit()
    {
        foreach (ulong seed in LongSuite.Seeds)
        {
            await AsyncTest.CancelEverywhereAsync(
                static async (env, token) =>
                {
                    var semaphore = new SemaphoreSlim(1);
                    await semaphore.WaitAsync(CancellationToken.None);
                    Task[] waiters = [.. Enumerable.Range(1, 2).Select(
                        number => env.Start($"waiter {number}", async () =>
                        {
                            await semaphore.WaitAsync(number is 1 ? token : CancellationToken.None);
                            await env.YieldAsync();
                            semaphore.Release();
                        }))];
                    await env.YieldAsync();
                    semaphore.Release();
                    await Task.WhenAll(waiters).ConfigureAwait(
                        ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                    Assert.Equal(1, semaphore.CurrentCount);
                    Assert.True(waiters[1].IsCompletedSuccessfully);
                    await waiters[0];
                },
                new ExploreOptions { Seed = seed, Schedules = 300 });
        }
    }

    private static async Task ShareARunnerAsync(TestEnv env, CancellationToken cancellationToken)
    {
        var runner = new BoundedRunner(1);
        var ran = 0;
        var late = 0;
        var hasReturned = false;
        Task cancelled = runner.ForEachAsync([1, 2], WorkAsync, cancellationToken);
        Task other = runner.ForEachAsync([3, 4], WorkAsync, CancellationToken.None);
        await cancelled.ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        hasReturned = true;
        await other;

        // Cut only where it was asked for; and the permit is back for a third call.
        Assert.True(cancelled.IsCompletedSuccessfully || cancellationToken.IsCancellationRequested);
        if (cancelled.IsCompletedSuccessfully) Assert.Equal(4, ran);
        await runner.ForEachAsync([5], WorkAsync, CancellationToken.None);
        Assert.Equal(0, late);

        async ValueTask WorkAsync(int item, CancellationToken stop)
        {
            if (item < 3 && hasReturned) late++;
            await Task.Yield();
            ran++;
        }
    }
}
