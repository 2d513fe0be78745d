namespace AsyncKit.Testing.Tests.Exploring;

/// <summary>The choices of code of a test.</summary>
public class TestEnvChoiceTests
{
    [Fact]
    public Task WithoutExploration_TheFirstWayIsTaken_AndNothingGoesWrong() => AsyncTest.RunAsync(static env =>
    {
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(0, env.Choose(5));
            Assert.Equal("first", env.Choose("first", "second"));
            Assert.False(env.Maybe());
            Assert.False(env.Maybe(probability: 1));
            env.FaultPoint("disk");
        }

        return Task.CompletedTask;
    });

    [Fact]
    public async Task ExploredByChance_EachWayIsTakenAtSomeTime()
    {
        var ways = new HashSet<int>();
        var answers = new HashSet<bool>();
        var faults = new HashSet<string>(StringComparer.Ordinal);

        await AsyncTest.ExploreAsync(
            env =>
            {
                ways.Add(env.Choose(5));
                answers.Add(env.Maybe(0.1));
                try
                {
                    env.FaultPoint("disk", new IOException("full"), new TimeoutException("slow"));
                    faults.Add("none");
                }
                catch (Exception e) when (e is IOException or TimeoutException)
                {
                    faults.Add(e.Message);
                }

                return Task.CompletedTask;
            },
            new ExploreOptions { Schedules = 200 });

        Assert.Equal([0, 1, 2, 3, 4], ways.Order());
        Assert.Equal(2, answers.Count);
        Assert.Equal(["full", "none", "slow"], faults.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public async Task Maybe_OfSomethingCertain_IsThatInSchedulesByChance(double probability, bool expected)
    {
        await AsyncTest.ExploreAsync(
            env =>
            {
                Assert.Equal(expected, env.Maybe(probability));
                return Task.CompletedTask;
            },
            new ExploreOptions { Strategy = ExploreStrategy.Random, Schedules = 100 });
    }

    // A single way is no choice, and no part of the token.
    [Fact]
    public async Task AChoiceOfOneWay_IsNone()
    {
        ExploreReport report = await AsyncTest.ExploreAsync(
            static env =>
            {
                Assert.Equal(0, env.Choose(1));
                return Task.CompletedTask;
            },
            new ExploreOptions { Strategy = ExploreStrategy.Exhaustive() });

        Assert.Equal(1, report.Schedules);
    }

    [Fact]
    public async Task AfterTheEnd_TheFirstWayIsTaken()
    {
        TestEnv? last = null;
        await AsyncTest.ExploreAsync(
            env =>
            {
                last = env;
                env.Choose(3);
                return Task.CompletedTask;
            },
            new ExploreOptions { Schedules = 10 });

        for (var i = 0; i < 100; i++) Assert.Equal(0, last!.Choose(3));
    }

    [Fact]
    public async Task AFaultWithoutAnException_NamesItsPlace()
    {
        var found = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.ExploreAsync(static env =>
        {
            env.FaultPoint("the second write");
            return Task.CompletedTask;
        }));

        Assert.IsType<IOException>(found.InnerException);
        Assert.Contains("'the second write'", found.Message, StringComparison.Ordinal);
        Assert.Contains("The fault was thrown: ", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public Task Arguments_OutOfRange_AreRefused() => AsyncTest.RunAsync(static env =>
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => env.Choose(0));
        Assert.Throws<ArgumentException>(() => env.Choose<string>());
        Assert.Throws<ArgumentOutOfRangeException>(() => env.Maybe(-0.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => env.Maybe(1.1));
        Assert.Throws<ArgumentNullException>(() => env.FaultPoint("disk", null!, new IOException()));
        return Task.CompletedTask;
    });
}
