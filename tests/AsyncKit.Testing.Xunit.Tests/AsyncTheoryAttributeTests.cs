using Xunit.Runner.Common;
using Xunit.Sdk;

namespace AsyncKit.Testing.Tests;

public class AsyncTheoryAttributeTests
{
    public static TheoryData<string> Names => ["a", "b"];

    [AsyncTheory]
    [InlineData(1)]
    [InlineData(24)]
    public async Task EachRow_RunsOnVirtualTime(int hours, TestEnv env = null!)
    {
        await env.DelayAsync(TimeSpan.FromHours(hours));

        Assert.Equal(TimeSpan.FromHours(hours), env.Elapsed);
    }

    [AsyncTheory]
    [MemberData(nameof(Names))]
    public async Task EachRow_OfAMember_RunsInside(string name)
    {
        await TestEnv.Current!.DelayAsync(TimeSpan.FromHours(1));

        Assert.Single(name);
    }

    [AsyncTheory]
    [InlineData(1, "x")]
    public void GenericTest_Runs<T>(int number, T value, TestEnv env = null!)
    {
        Assert.Equal((1, "x"), (number, (object?)value));
        Assert.NotNull(env);
    }

    [AsyncTheory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(Names))]
    public void RowsReadWhenItRuns_RunInside(string name, TestEnv env = null!)
    {
        Assert.Single(name);
        Assert.Same(env, TestEnv.Current);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Rows_AllRun_AndTheirNamesShowTheDataAlone(bool isEnumeratedFirst)
    {
        var configuration = new TestAssemblyConfiguration { PreEnumerateTheories = isEnumeratedFirst };

        InnerRun run = await InnerRun.OfAsync(configuration, typeof(Cases.Rows));

        Assert.Empty(run.Results.OfType<ITestFailed>().SelectMany(failed => failed.Messages));
        Assert.Equal(
            ["(hours: 1)", "(hours: 1)", "(hours: 2)", "(hours: 2)"],
            run.Names.Select(name => name[name.IndexOf('(')..]).Order());
    }

    [Fact]
    public async Task NoRows_SkipTheTest_WhereItSaysSo()
    {
        ITestSkipped skipped = await InnerRun.OfOneAsync<ITestSkipped>(typeof(Cases.NoData));

        Assert.Contains("No data", skipped.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RowsThatCannotBeRead_FailTheTest()
    {
        ITestFailed failed = await InnerRun.OfOneAsync<ITestFailed>(typeof(Cases.BadData));

        Assert.Contains(failed.Messages, message => message.Contains("no rows today", StringComparison.Ordinal));
    }

    [Fact]
    public void Options_AreByDefaultThoseOfAsyncTest() =>
        Assert.Equal(new AsyncTestOptions(), new AsyncTheoryAttribute().ToOptions());

    [Fact]
    public void Options_ThatAreSet_ReachTheRun()
    {
        var attribute = new AsyncTheoryAttribute
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
}
