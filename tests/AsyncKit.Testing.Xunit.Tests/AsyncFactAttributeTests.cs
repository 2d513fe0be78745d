using Xunit.Runner.Common;
using Xunit.Sdk;

namespace AsyncKit.Testing.Tests;

public sealed class AsyncFactAttributeTests : IAsyncLifetime
{
    private readonly TestEnv? _envOfConstructor = TestEnv.Current;
    private bool _isInitialized;

    public ValueTask InitializeAsync()
    {
        Assert.Null(TestEnv.Current);
        _isInitialized = true;
        return default;
    }

    public ValueTask DisposeAsync()
    {
        Assert.Null(TestEnv.Current);
        return default;
    }

    [AsyncFact]
    public async Task TestWithTheEnv_RunsOnVirtualTime(TestEnv env)
    {
        await env.DelayAsync(TimeSpan.FromDays(1));

        Assert.Equal(TimeSpan.FromDays(1), env.Elapsed);
        Assert.Same(env, TestEnv.Current);
    }

    [AsyncFact]
    public async ValueTask TestWithoutParameters_HasTheEnvAsCurrent()
    {
        TestEnv env = Assert.IsType<TestEnv>(TestEnv.Current);

        await env.DelayAsync(TimeSpan.FromDays(1));
        await Task.Run(() => Assert.Same(env, TestEnv.Current));
    }

    [AsyncFact]
    public void TestThatIsNotAsynchronous_RunsToo(TestEnv env) => Assert.Same(env, TestEnv.Current);

    [AsyncFact]
    public void OnlyTheMethod_RunsInside()
    {
        Assert.True(_isInitialized);
        Assert.Null(_envOfConstructor);
        Assert.NotNull(TestEnv.Current);
    }

    [AsyncFact]
    public async Task ContextOfXunit_IsThere_OnEveryThread(TestEnv env)
    {
        ITest? test = TestContext.Current.Test;
        Assert.Contains(nameof(ContextOfXunit_IsThere_OnEveryThread), test!.TestDisplayName, StringComparison.Ordinal);

        await Task.Run(() => Assert.Same(test, TestContext.Current.Test));
        await env.Start("strand", () => Task.Run(() => Assert.Same(test, TestContext.Current.Test)));
    }

    [AsyncFact(StartTime = "2026-05-01T12:00", TimeZone = "Europe/Rome", Leaks = LeakChecks.None)]
    public void Options_AreThoseOfTheRun(TestEnv env)
    {
        using ITimer left = env.Time.CreateTimer(static _ => { }, null, TimeSpan.FromDays(1), Timeout.InfiniteTimeSpan);

        Assert.Equal(new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero), env.Time.GetUtcNow());
        Assert.Equal(TimeSpan.FromHours(2), env.Time.GetLocalNow().Offset);
    }

    [Fact]
    public void Options_AreByDefaultThoseOfAsyncTest() =>
        Assert.Equal(new AsyncTestOptions(), new AsyncFactAttribute().ToOptions());

    [Fact]
    public void Options_ThatAreSet_ReachTheRun()
    {
        var attribute = new AsyncFactAttribute
        {
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

        Assert.Equal(SomeOptions.Value, attribute.ToOptions());
    }

    [Fact]
    public void SomeOptions_AreAllUnlikeTheDefaults() => Assert.All(
        typeof(AsyncTestOptions).GetProperties().Where(option => option.Name is not nameof(AsyncTestOptions.Output)),
        option => Assert.NotEqual(option.GetValue(new AsyncTestOptions()), option.GetValue(SomeOptions.Value)));

    [AsyncFact(DisplayName = "a name of its own")]
    public void DisplayName_IsThatOfTheFact() =>
        Assert.Equal("a name of its own", TestContext.Current.TestCase!.TestCaseDisplayName);

    [Theory]
    [InlineData(typeof(Cases.Passing), true)]
    [InlineData(typeof(Cases.Rows), true)]
    [InlineData(typeof(Cases.Rows), false)]
    public async Task TestCases_SurviveSerialization_AsRunnersDoIt(Type testClass, bool isEnumeratedFirst)
    {
        var configuration = new TestAssemblyConfiguration { PreEnumerateTheories = isEnumeratedFirst };
        InnerRun run = await InnerRun.OfAsync(configuration, testClass);

        Assert.All(run.TestCases, testCase =>
        {
            string text = SerializationHelper.Instance.Serialize(testCase);
            ITestCase copy = SerializationHelper.Instance.Deserialize<ITestCase>(text)!;

            Assert.Equal(testCase.UniqueID, copy.UniqueID);
            Assert.Equal(testCase.TestCaseDisplayName, copy.TestCaseDisplayName);
            Assert.Equal(testCase.GetType(), copy.GetType());
        });
    }

    [Fact]
    public async Task PassedTest_WritesNothing()
    {
        ITestPassed passed = await InnerRun.OfOneAsync<ITestPassed>(typeof(Cases.Passing));

        Assert.Equal("", passed.Output);
    }

    [Fact]
    public async Task FailedAssertion_IsOne_AndTheReportIsInTheOutput()
    {
        ITestFailed failed = await InnerRun.OfOneAsync<ITestFailed>(typeof(Cases.FailedAssertion));

        Assert.Equal(FailureCause.Assertion, failed.Cause);
        Assert.Contains("Assert.Equal", Assert.Single(failed.Messages), StringComparison.Ordinal);
        Assert.Contains("00:00:07", failed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exception_IsThatOfTheTest()
    {
        ITestFailed failed = await InnerRun.OfOneAsync<ITestFailed>(typeof(Cases.Throwing));

        Assert.Equal(FailureCause.Exception, failed.Cause);
        Assert.Equal(typeof(InvalidDataException).FullName, Assert.Single(failed.ExceptionTypes));
        Assert.Equal("not good", Assert.Single(failed.Messages));
    }

    [Fact]
    public async Task Deadlock_IsAFailedAssertion_WithTheReportInMessageAndOutput()
    {
        ITestFailed failed = await InnerRun.OfOneAsync<ITestFailed>(typeof(Cases.Deadlock));

        Assert.Equal(FailureCause.Assertion, failed.Cause);
        Assert.Equal(typeof(AsyncTestException).FullName, Assert.Single(failed.ExceptionTypes));
        Assert.NotEqual("", failed.Output);
    }

    [Fact]
    public async Task RealTimeout_IsATimeout()
    {
        ITestFailed failed = await InnerRun.OfOneAsync<ITestFailed>(typeof(Cases.NeverEnding));

        Assert.Equal(FailureCause.Timeout, failed.Cause);
    }

    [Fact(Timeout = 20_000)]
    public async Task TimeoutOfXunit_EndsTheRunToo()
    {
        ITestFailed failed = await InnerRun.OfOneAsync<ITestFailed>(typeof(Cases.TimedOutByXunit));

        // The cancellation may be there as well: xunit collects until it reports.
        Assert.Contains(typeof(TestTimeoutException).FullName, failed.ExceptionTypes);
        if (Cases.TimedOutByXunit.HasBegun) await Cases.TimedOutByXunit.End;
    }

    [Fact]
    public async Task AllFailures_AreReported()
    {
        ITestFailed failed = await InnerRun.OfOneAsync<ITestFailed>(typeof(Cases.FailingTwice));

        Assert.Contains(failed.Messages, message => message.Contains("at first", StringComparison.Ordinal));
        Assert.Contains(failed.Messages, message => message.Contains("at the end", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SkippedTest_IsSkipped_AndWritesNothing()
    {
        ITestSkipped skipped = await InnerRun.OfOneAsync<ITestSkipped>(typeof(Cases.Skipping));

        Assert.Equal("not today", skipped.Reason);
        Assert.Equal("", skipped.Output);
    }

    [Fact]
    public async Task CancelledTest_EndsItsRun()
    {
        ITestFailed failed = await InnerRun.OfOneAsync<ITestFailed>(typeof(Cases.Cancelled));

        Assert.Contains("Cancel", Assert.Single(failed.ExceptionTypes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TestsAtTheSameTime_HaveTheirOwnClocks()
    {
        InnerRun run = await InnerRun.OfAsync(typeof(Cases.First), typeof(Cases.Second));

        Assert.Empty(run.Results.OfType<ITestFailed>().SelectMany(failed => failed.Messages));
        Assert.Equal(2, run.Results.Count);
    }

    [Theory]
    [InlineData(typeof(Cases.WrongOption), "value ('0')")]
    [InlineData(typeof(Cases.FewSteps), "10")]
    [InlineData(typeof(Cases.ManualClock), "1")]
    [InlineData(typeof(Cases.OtherParameter), "parameters")]
    public async Task WrongTest_Fails_AndSaysWhy(Type testClass, string why)
    {
        ITestFailed failed = await InnerRun.OfOneAsync<ITestFailed>(testClass);

        TestContext.Current.TestOutputHelper!.WriteLine(failed.Messages[0]!);
        Assert.Contains(why, Assert.Single(failed.Messages), StringComparison.Ordinal);
    }
}
