using AsyncKit.Testing.Tests.Exploring.Programs;

namespace AsyncKit.Testing.Tests.Exploring;

public class AsyncTestCancelEverywhereTests
{
    [Fact]
    public async Task ATestIsCancelled_BeforeItBegins_AndBeforeEachOfItsSteps()
    {
        List<int> cancelledAfter = [];

        await AsyncTest.CancelEverywhereAsync(
            async (env, token) =>
            {
                var yields = 0;
                await using (token.Register(() => cancelledAfter.Add(yields)))
                {
                    while (yields < 4)
                    {
                        await env.YieldAsync();
                        yields++;
                    }
                }
            },
            new ExploreOptions { Schedules = 6 });

        Assert.Equal([0, 0, 1, 2, 3], cancelledAfter);
    }

    [Fact]
    public async Task CancelledBeforeItBegins_TheTokenSaysSoAtOnce()
    {
        List<bool> wasCancelled = [];

        await AsyncTest.CancelEverywhereAsync(
            async (env, token) =>
            {
                wasCancelled.Add(token.IsCancellationRequested);
                await env.YieldAsync();
            },
            new ExploreOptions { Schedules = 3 });

        Assert.Equal([true, false, false], wasCancelled);
    }

    [Fact]
    public async Task AFailureOfATestThatWasCancelledBeforeItBegan_SaysSo()
    {
        var found = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.CancelEverywhereAsync(
            static (_, token) => token.IsCancellationRequested
                ? throw new InvalidDataException("not at the beginning")
                : Task.CompletedTask));

        Assert.Contains("\nIt was cancelled before it began.\n", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatOnlyACancellationCanEnd_IsCancelled()
    {
        ExploreReport report = await AsyncTest.CancelEverywhereAsync(
            static (_, token) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token),
            new ExploreOptions { Schedules = 20 });

        Assert.Equal(20, report.Schedules);
    }

    [Fact]
    public async Task WhatACancellationDoesNotEnd_IsADeadlock()
    {
        var found = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.CancelEverywhereAsync(
            static async (env, token) =>
            {
                var answer = new TaskCompletionSource();
                Task server = env.Start("server", async () =>
                {
                    await env.YieldAsync();
                    if (!token.IsCancellationRequested) answer.SetResult();
                });
                await answer.Task;
                await server;
            }));

        Assert.Equal(AsyncTestFailure.Deadlock, found.Failure);
        Assert.Contains("It was cancelled before ", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APermitLostToACancellation_IsFound_AndReplayed()
    {
        var found = await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.CancelEverywhereAsync((env, token) => PrintAsync(env, keepsGrants: false, token)));

        Assert.Equal(AsyncTestFailure.Thrown, found.Failure);
        for (var i = 0; i < 20; i++)
        {
            var replayed = await Assert.ThrowsAsync<AsyncTestException>(
                () => AsyncTest.ReplayAsync(found.Token!, (env, token) => PrintAsync(env, keepsGrants: false, token)));
            Assert.Equal(found.Token, replayed.Token);
            Assert.Equal(found.InnerException!.Message, replayed.InnerException!.Message);
        }
    }

    [Fact]
    public async Task TokensOfTheOptions_AreTriedFirst()
    {
        string token = (await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.CancelEverywhereAsync((env, token) => PrintAsync(env, keepsGrants: false, token)))).Token!;

        var found = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.CancelEverywhereAsync(
            (env, token) => PrintAsync(env, keepsGrants: false, token),
            new ExploreOptions { Tokens = [token], Schedules = 1 }));

        Assert.StartsWith($"The schedule of the token {token} fails:", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheCorrectTwin_KeepsItsPermits()
    {
        foreach (ulong seed in LongSuite.Seeds)
        {
            ExploreReport report = await AsyncTest.CancelEverywhereAsync(
                (env, token) => PrintAsync(env, keepsGrants: true, token), new ExploreOptions { Seed = seed });

            Assert.Equal(1_000, report.Schedules);
        }
    }

    // With one more run of each of its steps than it has, the next ones go by chance.
    [Fact]
    public async Task AfterItsSteps_ItIsCancelledUnderOtherSchedules()
    {
        var orders = new HashSet<string>(StringComparer.Ordinal);

        await AsyncTest.CancelEverywhereAsync(
            async (env, token) =>
            {
                var order = "";
                await using CancellationTokenRegistration _ = token.Register(() => order += 'x');
                await Task.WhenAll(WorkAsync('a'), WorkAsync('b'));
                orders.Add(order);

                async Task WorkAsync(char name)
                {
                    for (var i = 0; i < 2; i++)
                    {
                        await env.YieldAsync();
                        order += name;
                    }
                }
            },
            new ExploreOptions { Schedules = 300 });

        Assert.Contains("xabab", orders);
        Assert.Contains("abxab", orders);
        Assert.Contains("bbxaa", orders);
        Assert.Contains("baxab", orders);
    }

    [Fact]
    public async Task AnExceptionOfItsOwn_FailsTheTest()
    {
        var found = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.CancelEverywhereAsync(
            static async (env, token) =>
            {
                await env.YieldAsync();
                if (token.IsCancellationRequested) throw new InvalidOperationException("not ready to be cancelled");
            }));

        Assert.IsType<InvalidOperationException>(found.InnerException);
    }

    private static async Task PrintAsync(TestEnv env, bool keepsGrants, CancellationToken cancellationToken)
    {
        var printer = new HandMadeSemaphore(keepsGrants);
        await printer.WaitAsync(CancellationToken.None);
        Task job = env.Start("second job", async () =>
        {
            await printer.WaitAsync(cancellationToken);
            printer.Release();
        });
        await env.YieldAsync();
        printer.Release();
        await job.ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Assert.Equal(1, printer.Free);
        await job;
    }
}
