using System.Globalization;
using System.Text.RegularExpressions;
using AsyncKit.Testing.Tests.Exploring.Programs;
using AsyncKit.Testing.Tests.Stress;

namespace AsyncKit.Testing.Tests.Exploring;

/// <summary>What explorations find: bugs of small programs, for each of many seeds, and none in their correct
/// twins.</summary>
[Collection(typeof(Alone))]
public partial class AsyncTestExploreProgramsTests(ITestOutputHelper output)
{
    // That nothing comes from outside takes some milliseconds to find out.
    private const int ReplaysOfDeadlocks = 1;
    private const int Replays = 5;

    public static TheoryData<string> Programs => [.. BugProgram.All.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task ABug_IsFoundForEverySeed_AndItsTokenReplaysIt(string name)
    {
        BugProgram program = BugProgram.All[name];

        int[] counts = await Task.WhenAll(LongSuite.Seeds.Select(seed => FindAndReplayAsync(program, seed)));

        Array.Sort(counts);
        int median = counts[counts.Length / 2];
        output.WriteLine($"{name}: median {median}, most {counts[^1]} schedules, of {counts.Length} seeds from 1");
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task TheCorrectTwin_PassesEverySchedule(string name)
    {
        BugProgram program = BugProgram.All[name];
        foreach (ulong seed in LongSuite.Seeds.Take(LongSuite.IsOn ? 5 : 1))
        {
            ExploreReport report = await AsyncTest.ExploreAsync(
                program.CorrectAsync, new ExploreOptions { Seed = seed, Schedules = program.Schedules });

            Assert.Equal(program.Schedules, report.Schedules);
        }
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task WithoutExploration_TheBugDoesNotShow_UnlessTheOrderMeetsIt(string name)
    {
        BugProgram program = BugProgram.All[name];

        Exception? failure = await Record.ExceptionAsync(() => AsyncTest.RunAsync(program.BuggyAsync));

        Assert.Equal(program.FailsInOrder, failure is not null);
    }

    // How many schedules it took.
    private static async Task<int> FindAndReplayAsync(BugProgram program, ulong seed)
    {
        var found = await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.ExploreAsync(program.BuggyAsync, new ExploreOptions { Seed = seed }));

        Match number = NumberAndSeed.Match(found.Message);
        Assert.True(number.Success, found.Message);
        Assert.Equal($"{seed}", number.Groups["seed"].Value);
        await AssertReplaysAsync(program, found);
        return int.Parse(number.Groups["number"].Value, CultureInfo.InvariantCulture);
    }

    private static async Task AssertReplaysAsync(BugProgram program, AsyncTestException found)
    {
        int replays = found.Failure is AsyncTestFailure.Deadlock ? ReplaysOfDeadlocks : Replays;
        for (var i = 0; i < replays; i++)
        {
            var replayed = await Assert.ThrowsAsync<AsyncTestException>(
                () => AsyncTest.ReplayAsync(found.Token!, program.BuggyAsync));

            Assert.Equal(found.Token, replayed.Token);
            Assert.Equal(found.Failure, replayed.Failure);
            Assert.Equal(found.InnerException!.Message, replayed.InnerException!.Message);
        }
    }

    [GeneratedRegex(@"^Schedule (?<number>\d+) with seed (?<seed>\d+) fails:", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex NumberAndSeed { get; }
}
