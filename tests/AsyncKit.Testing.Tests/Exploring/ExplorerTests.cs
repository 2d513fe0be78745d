using AsyncKit.Diagnostics;

namespace AsyncKit.Testing.Tests.Exploring;

/// <summary>What explorations have to take, and what they must not take for a failure or let pass.</summary>
public class ExplorerTests
{
    [Fact]
    public async Task NeighbouringSeeds_HaveSchedulesOfTheirOwn()
    {
        List<string> first = await OrdersAsync(new ExploreOptions { Seed = 1, Strategy = ExploreStrategy.Random });
        List<string> second = await OrdersAsync(new ExploreOptions { Seed = 2, Strategy = ExploreStrategy.Random });

        int same = first.Skip(1).Zip(second).Count(
            static pair => string.Equals(pair.First, pair.Second, StringComparison.Ordinal));
        Assert.InRange(same, 0, first.Count / 10);
    }

    [Fact]
    public async Task Pct_GivesAStrandItsPriority_AlsoInTheMethodsItAwaits()
    {
        List<string> orders = await OrdersAsync(
            new ExploreOptions { Strategy = ExploreStrategy.Pct(1), EarlyTimers = false }, hasHelpers: true);

        Assert.Subset(new HashSet<string>(["aaabbb", "bbbaaa"]), orders.ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Exhaustive_TakesTheOrderInsideACompletionToo()
    {
        var found = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.ExploreAsync(
            static async env =>
            {
                var done = new TaskCompletionSource();
                var x = 0;
                var seen = 0;
                Task waiter = WaitAsync();
                await env.YieldAsync();
                done.SetResult();
                x = 1;
                await waiter;
                Assert.Equal(1, seen);

                async Task WaitAsync()
                {
                    await done.Task;
                    seen = x;
                }
            },
            new ExploreOptions { Strategy = ExploreStrategy.Exhaustive() }));

        Assert.Equal(AsyncTestFailure.Thrown, found.Failure);
    }

    [Fact]
    public async Task Fifo_MakesTheChoicesOfTheTest()
    {
        HashSet<int> ways = [];

        await AsyncTest.ExploreAsync(
            env =>
            {
                ways.Add(env.Choose(3));
                return Task.CompletedTask;
            },
            new ExploreOptions { Strategy = ExploreStrategy.Fifo, Schedules = 100 });

        Assert.Equal([0, 1, 2], ways.Order());
    }

    [Fact]
    public Task AnEarlyTimer_DoesNotEndAMoveOfTheClock() => AsyncTest.ExploreAsync(static async env =>
    {
        var steps = 0;
        using ITimer timer = env.Time.CreateTimer(
            static _ => { }, null, TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        Task work = env.Start("work", async () =>
        {
            for (; steps < 3; steps++) await env.YieldAsync();
        });

        await env.Time.AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.Equal(3, steps);
        await work;
    });

    [Fact]
    public Task ALockOfThePump_WaitsForTheThreadThatWasStoppedInsideIt() => AsyncTest.ExploreAsync(
        static async env =>
        {
            var sync = new Lock();
            Task inside = Task.Run(() =>
            {
                lock (sync) AsyncDiagnostics.SchedulingPoint(env, "stay a while");
            });
            await env.YieldAsync();
            lock (sync)
            {
                // Free now, whoever had it.
            }

            await inside;
        },
        new ExploreOptions { Schedules = 50 });

    [Theory]
    [InlineData("AK1-AP________8BoA")]
    [InlineData("AK1-AIAR")]
    [InlineData("AK1-BAD_____Dzo")]
    [InlineData("AK1-AAAAAv____8P-A")]
    public async Task ATokenThatSaysWhatCannotBe_IsRefused(string token) =>
        await Assert.ThrowsAsync<ArgumentException>(
            () => AsyncTest.ReplayAsync(token, static _ => Task.CompletedTask));

    [Fact]
    public async Task AReplayThatDiverges_Fails_AlsoWhereTheTestCatchesIt()
    {
        var found = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.ExploreAsync(static env =>
        {
            Assert.Equal(0, env.Choose(2));
            return Task.CompletedTask;
        }));

        var replayed = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.ReplayAsync(
            found.Token!,
            static env =>
            {
                _ = Record.Exception(() => env.Choose(3));
                return Task.CompletedTask;
            }));

        Assert.Equal(AsyncTestFailure.Diverged, replayed.Failure);
    }

    [Fact]
    public async Task AFailureBesideTheFaultThatWasThrown_IsNotTakenForIt()
    {
        var found = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.FailEverywhereAsync(static env =>
        {
            var hasFailed = false;
            return Task.WhenAll(MeetAsync(), FollowAsync());

            async Task MeetAsync()
            {
                await env.YieldAsync();
                hasFailed = true;
                env.FaultPoint("here");
                hasFailed = false;
            }

            async Task FollowAsync()
            {
                await env.YieldAsync();
                if (hasFailed) throw new FormatException("what the fault brought about");
            }
        }));

        Assert.Contains("what the fault brought about", found.Message);
    }

    [Fact]
    public async Task PlacesThatTheScheduleCountLeavesOut_AreAFailure()
    {
        var few = new ExploreOptions { Schedules = 10 };

        var cancelled = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.CancelEverywhereAsync(
            static async (env, _) =>
            {
                for (var i = 0; i < 20; i++) await env.YieldAsync();
            },
            few));
        var failed = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.FailEverywhereAsync(
            static env =>
            {
                for (var i = 0; i < 20; i++) _ = Record.Exception(() => env.FaultPoint("again"));
                return Task.CompletedTask;
            },
            few));

        Assert.Contains("ExploreOptions.Schedules, 10", cancelled.Message);
        Assert.Contains("ExploreOptions.Schedules, 10", failed.Message);
    }

    // Of two strands that take three steps each.
    private static async Task<List<string>> OrdersAsync(ExploreOptions options, bool hasHelpers = false)
    {
        List<string> orders = [];
        await AsyncTest.ExploreAsync(
            async env =>
            {
                var order = "";
                await Task.WhenAll(env.Start("a", () => RunAsync("a")), env.Start("b", () => RunAsync("b")));
                orders.Add(order);

                async Task RunAsync(string name)
                {
                    for (var i = 0; i < 3; i++)
                    {
                        if (hasHelpers) await HelpAsync();
                        else await env.YieldAsync();
                        order += name;
                    }
                }

                async Task HelpAsync() => await env.YieldAsync();
            },
            options with { Schedules = 200 });
        return orders;
    }
}
