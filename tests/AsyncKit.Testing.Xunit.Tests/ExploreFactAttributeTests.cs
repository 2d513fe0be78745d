using Xunit.Sdk;

namespace AsyncKit.Testing.Tests;

public sealed class ExploreFactAttributeTests : IAsyncLifetime
{
    private int _runs;

    public ValueTask InitializeAsync()
    {
        Assert.Null(TestEnv.Current);
        return default;
    }

    public ValueTask DisposeAsync()
    {
        Assert.Null(TestEnv.Current);
        if (TestContext.Current.TestMethod?.MethodName is nameof(Method_RunsOnceForEachSchedule_OnOneInstance))
            Assert.Equal(50, _runs);
        return default;
    }

    [ExploreFact(Schedules = 50)]
    public async Task Method_RunsOnceForEachSchedule_OnOneInstance(TestEnv env)
    {
        Assert.Same(env, TestEnv.Current);
        Assert.Equal(TimeSpan.Zero, env.Elapsed);
        await env.DelayAsync(TimeSpan.FromDays(1));
        _runs++;
    }

    [ExploreFact(Schedules = 5)]
    public async ValueTask MethodWithoutParameters_HasTheEnvAsCurrent() => await TestEnv.Current!.YieldAsync();

    [ExploreFact(Schedules = 5)]
    public void MethodThatIsNotAsynchronous_RunsToo(TestEnv env) => Assert.Same(env, TestEnv.Current);

    [ExploreFact(Schedules = 20, DisplayName = "a name of its own")]
    public async Task ContextOfXunit_IsThere_InEachSchedule()
    {
        Assert.Equal("a name of its own", TestContext.Current.TestCase!.TestCaseDisplayName);

        await Task.Run(() => Assert.NotNull(TestContext.Current.Test));
    }

    [Fact]
    public void Options_AreByDefaultThoseOfTheCall() => Assert.Equal(
        new ExploreOptions { Tokens = [] }, new ExploreFactAttribute().ToOptions() with { Tokens = [] });

    [Fact]
    public void Options_ThatAreSet_ReachTheRun()
    {
        var attribute = new ExploreFactAttribute
        {
            Schedules = 3,
            BudgetMilliseconds = 4,
            Seed = 6,
            EarlyTimers = false,
            PostedCompletions = false,
            RealTimeoutMilliseconds = -1,
            MaxSteps = 5,
            StartTime = "2026-05-01T12:00:00+02:00",
            TimeZone = "Europe/Rome",
            AutoAdvance = AutoAdvance.Manual,
            ExternalGraceMilliseconds = 7,
            IdleThresholdMilliseconds = 8,
            Blocking = BlockingPolicy.Pump,
            RealTime = RealTimePolicy.Fail,
            Leaks = LeakChecks.All,
        };

        ExploreOptions options = attribute.ToOptions();

        Assert.Equal(
            (3, TimeSpan.FromMilliseconds(4), 6UL, false, false),
            (options.Schedules, options.Budget, options.Seed, options.EarlyTimers, options.PostedCompletions));
        Assert.All(
            typeof(AsyncTestOptions).GetProperties(),
            option => Assert.Equal(option.GetValue(SomeOptions.Value), option.GetValue(options)));
    }

    [Fact]
    public async Task FailingSchedule_IsAFailedAssertion_WithItsTokenInTheMessage_AndItsReportInTheOutput()
    {
        ITestFailed failed = await InnerRun.OfOneAsync<ITestFailed>(typeof(Cases.LostUpdate));

        Assert.Equal(FailureCause.Assertion, failed.Cause);
        string message = failed.Messages[0]!;
        Assert.Contains("AK1-", message, StringComparison.Ordinal);
        Assert.Contains("Assert.Equal", message, StringComparison.Ordinal);
        Assert.Contains("one", failed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_OfAFailure_IsRunFirst()
    {
        ITestFailed failed = await InnerRun.OfOneAsync<ITestFailed>(typeof(Cases.LostUpdate));
        string message = failed.Messages[0]!;
        string token = message[message.IndexOf("AK1-", StringComparison.Ordinal)..].Split('"')[0];
        var attribute = new ExploreFactAttribute { Schedules = 1, Tokens = [token] };

        AsyncTestException found = await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.ExploreAsync(env => new Cases.LostUpdate().Test(env), attribute.ToOptions()));

        Assert.Contains("The schedule of the token", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EarlyTimers_CanBeTurnedOff()
    {
        InnerRun run = await InnerRun.OfAsync(typeof(Cases.LateTimer));

        ITestFailed failed = Assert.Single(run.Results.OfType<ITestFailed>());
        Assert.Contains("early", failed.Messages[0], StringComparison.Ordinal);
        Assert.Single(run.Results.OfType<ITestPassed>());
    }

    [Fact]
    public async Task SkippedTest_IsSkipped_AndWritesNothing()
    {
        ITestSkipped skipped = await InnerRun.OfOneAsync<ITestSkipped>(typeof(Cases.SkippingExplored));

        Assert.Equal("not today", skipped.Reason);
        Assert.Equal("", skipped.Output);
    }

    [Fact(Timeout = 20_000)]
    public async Task CancelledTest_EndsItsExploration()
    {
        ITestFailed failed = await InnerRun.OfOneAsync<ITestFailed>(typeof(Cases.CancelledExplored));

        Assert.Contains("Cancel", Assert.Single(failed.ExceptionTypes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(typeof(Cases.WrongSchedules), "value ('0')")]
    [InlineData(typeof(Cases.WrongToken), "AK1-nonsense")]
    public async Task WrongTest_Fails_AndSaysWhy(Type testClass, string why)
    {
        ITestFailed failed = await InnerRun.OfOneAsync<ITestFailed>(testClass);

        Assert.Contains(why, failed.Messages[0], StringComparison.Ordinal);
    }
}
