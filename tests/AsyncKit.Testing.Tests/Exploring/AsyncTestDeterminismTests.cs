using AsyncKit.Testing.Tests.Exploring.Programs;
using AsyncKit.Testing.Tests.Running;
using AsyncKit.Testing.Tests.Stress;

namespace AsyncKit.Testing.Tests.Exploring;

/// <summary>Tests that are not the same each time, and how explorations say so.</summary>
[Collection(typeof(Alone))]
public class AsyncTestDeterminismTests
{
    [Fact]
    public async Task ACounterThatOutlivesTheRun_IsFoundWithTheStep()
    {
        var runs = 0;

        var found = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.CheckDeterminismAsync(async env =>
        {
            await env.YieldAsync();
            if (++runs % 2 is 0) await env.DelayAsync(TimeSpan.FromSeconds(1));
        }));

        Assert.Equal(AsyncTestFailure.Diverged, found.Failure);
        Assert.Contains("The first time: no step after 1", found.Message, StringComparison.Ordinal);
        Assert.Contains("The second time: step 2 00:00:01 test: ", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RandomNumbersOfTheTestsOwn_AreFound()
    {
        var found = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.CheckDeterminismAsync(
            static env => env.DelayAsync(TimeSpan.FromSeconds(new Random().Next(1_000)))));

        Assert.Equal(AsyncTestFailure.Diverged, found.Failure);
    }

    [Fact]
    public async Task AFailureOfASchedule_IsReportedAsOfAnExploration()
    {
        var found = await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.CheckDeterminismAsync(LostUpdate.BuggyAsync));

        Assert.Equal(AsyncTestFailure.Thrown, found.Failure);
        await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.ReplayAsync(found.Token!, LostUpdate.BuggyAsync));
    }

    [Fact]
    public async Task ATestThatIsTheSameEachTime_Passes()
    {
        ExploreReport report = await AsyncTest.CheckDeterminismAsync(
            LostUpdate.CorrectAsync, new ExploreOptions { Schedules = 300 });

        Assert.Equal(300, report.Schedules);
    }

    [Fact]
    public async Task ATestThatCrossesTheThreadPool_IsTheSameEachTime()
    {
        int schedules = LongSuite.IsOn ? 500 : 50;

        ExploreReport report = await AsyncTest.CheckDeterminismAsync(
            MixedWork.RunAsync, new ExploreOptions { Schedules = schedules });

        Assert.Equal(schedules, report.Schedules);
    }

    [Fact]
    public async Task AnExploration_WhoseFailureDoesNotComeAgain_SaysSo()
    {
        var runs = 0;

        var found = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.ExploreAsync(async env =>
        {
            await env.YieldAsync();
            if (++runs is 5) throw new InvalidDataException("only the fifth time");
        }));

        Assert.Equal(AsyncTestFailure.Diverged, found.Failure);
        Assert.StartsWith(
            "Schedule 5 with seed 1 failed once, but not when it was run again",
            found.Message,
            StringComparison.Ordinal);
        Assert.Contains("only the fifth time", found.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidDataException>(found.InnerException);
    }

    [Fact]
    public async Task AnExhaustiveSearch_WhoseChoicesChange_SaysSo()
    {
        var runs = 0;

        var found = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.ExploreAsync(
            env =>
            {
                env.Choose(++runs is 1 ? 2 : 3);
                return Task.CompletedTask;
            },
            new ExploreOptions { Strategy = ExploreStrategy.Exhaustive() }));

        Assert.Equal(AsyncTestFailure.Diverged, found.Failure);
        Assert.Contains("choice 1 is between 3 ways, and was between 2", found.Message, StringComparison.Ordinal);
    }
}
