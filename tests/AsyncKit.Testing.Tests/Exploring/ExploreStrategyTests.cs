using AsyncKit.Testing.Tests.Exploring.Programs;

namespace AsyncKit.Testing.Tests.Exploring;

public class ExploreStrategyTests
{
    public static TheoryData<string> ThatLeaveTheOrder =>
        [.. Strategies.Keys.Where(static name => name is not "FIFO")];

    private static Dictionary<string, ExploreStrategy> Strategies { get; } = new[]
    {
        ExploreStrategy.Portfolio, ExploreStrategy.Fifo, ExploreStrategy.Random, ExploreStrategy.Pct(),
        ExploreStrategy.DelayBounded(), ExploreStrategy.Exhaustive(), ExploreStrategy.Exhaustive(maxPreemptions: 2),
    }.ToDictionary(static strategy => strategy.ToString(), StringComparer.Ordinal);

    [Theory]
    [InlineData(2, 3, 20)]
    [InlineData(3, 2, 90)]
    [InlineData(3, 3, 1_680)]
    public async Task Exhaustive_TriesEachOrderOfTheStepsOnce(int workers, int yields, int orders)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);

        ExploreReport report = await AsyncTest.ExploreAsync(
            env => YieldAsync(env, workers, yields, seen),
            new ExploreOptions { Strategy = ExploreStrategy.Exhaustive(), Schedules = 10_000 });

        Assert.Equal(orders, report.Schedules);
        Assert.Equal(orders, seen.Count);
        Assert.True(report.IsComplete);
    }

    // Without preemption each worker runs to its end, so that only their order is left. A lower bound has fewer.
    [Fact]
    public async Task Exhaustive_WithABound_TriesFewer_AndIsNotComplete()
    {
        List<int> counts = [];
        for (var bound = 0; bound <= 3; bound++)
        {
            ExploreReport report = await AsyncTest.ExploreAsync(
                static env => YieldAsync(env, workers: 3, yields: 3, []),
                new ExploreOptions { Strategy = ExploreStrategy.Exhaustive(bound), Schedules = 10_000 });
            counts.Add(report.Schedules);
            Assert.False(report.IsComplete);
        }

        Assert.Equal(6, counts[0]);
        Assert.Equal(counts.Distinct().Order(), counts);
        Assert.True(counts[^1] < 1_680);
    }

    [Fact]
    public async Task Exhaustive_CutByTheNumberOfSchedules_IsNotComplete()
    {
        ExploreReport report = await AsyncTest.ExploreAsync(
            static env => YieldAsync(env, workers: 2, yields: 3, []),
            new ExploreOptions { Strategy = ExploreStrategy.Exhaustive(), Schedules = 19 });

        Assert.Equal(new ExploreReport(19, Seed: 1, IsComplete: false), report);
    }

    [Fact]
    public async Task Exhaustive_TriesEachWayOfEachChoice()
    {
        var seen = new HashSet<(int, char, bool)>();

        ExploreReport report = await AsyncTest.ExploreAsync(
            env =>
            {
                seen.Add((env.Choose(3), env.Choose('a', 'b'), env.Maybe()));
                return Task.CompletedTask;
            },
            new ExploreOptions { Strategy = ExploreStrategy.Exhaustive() });

        Assert.Equal(12, seen.Count);
        Assert.Equal(12, report.Schedules);
        Assert.True(report.IsComplete);
    }

    // The clock jumps, and then the timer fires: two more steps, in their order, among three.
    [Theory]
    [InlineData(true, 10)]
    [InlineData(false, 1)]
    public async Task Exhaustive_FiresATimerBeforeEachStep_UnlessTimersAreInOrder(bool areEarly, int schedules)
    {
        ExploreReport report = await AsyncTest.ExploreAsync(
            static async env =>
            {
                Task delay = env.DelayAsync(TimeSpan.FromSeconds(1));
                for (var i = 0; i < 3; i++) await env.YieldAsync();
                await delay;
            },
            new ExploreOptions
            {
                Strategy = ExploreStrategy.Exhaustive(),
                EarlyTimers = areEarly,
                PostedCompletions = false,
            });

        Assert.Equal(schedules, report.Schedules);
        Assert.True(report.IsComplete);
    }

    [Theory]
    [MemberData(nameof(ThatLeaveTheOrder))]
    public async Task EachThatLeavesTheOrder_FindsALostUpdate(string name)
    {
        var found = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.ExploreAsync(
            LostUpdate.BuggyAsync, new ExploreOptions { Strategy = Strategies[name] }));

        Assert.Equal(AsyncTestFailure.Thrown, found.Failure);
    }

    [Fact]
    public async Task Fifo_TakesTheOrderOfAPlainRun_AndSoMissesALostUpdate()
    {
        ExploreReport report = await AsyncTest.ExploreAsync(
            LostUpdate.BuggyAsync, new ExploreOptions { Strategy = ExploreStrategy.Fifo, Schedules = 20 });

        Assert.Equal(20, report.Schedules);
    }

    [Fact]
    public async Task Portfolio_BeginsWithTheOrderOfAPlainRun_AndThenLeavesIt()
    {
        List<string> plain = [];
        await AsyncTest.RunAsync(env => YieldAsync(env, workers: 3, yields: 3, plain));

        string[] explored = await OrdersAsync(seed: 1);

        Assert.Equal(plain, explored[..1]);
        Assert.InRange(explored.Distinct(StringComparer.Ordinal).Count(), 20, 50);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task TheSameSeed_TakesTheSameSchedules_AndAnotherOneOthers(ulong seed)
    {
        string[] first = await OrdersAsync(seed);
        string[] again = await OrdersAsync(seed);
        string[] other = await OrdersAsync(seed + 100);

        Assert.Equal(first, again);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void Parameters_OutOfRange_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ExploreStrategy.Pct(depth: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ExploreStrategy.DelayBounded(delays: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => ExploreStrategy.Exhaustive(maxPreemptions: -1));
    }

    private static async Task<string[]> OrdersAsync(ulong seed)
    {
        List<string> orders = [];
        await AsyncTest.ExploreAsync(
            env => YieldAsync(env, workers: 3, yields: 3, orders),
            new ExploreOptions { Seed = seed, Schedules = 50 });
        return [.. orders];
    }

    private static async Task YieldAsync(TestEnv env, int workers, int yields, ICollection<string> seen)
    {
        var order = "";
        await Task.WhenAll(Enumerable.Range(1, workers).Select(async worker =>
        {
            for (var i = 0; i < yields; i++)
            {
                await env.YieldAsync();
                order += worker;
            }
        }));
        seen.Add(order);
    }
}
