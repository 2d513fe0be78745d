using AsyncKit.Testing.Tests.Exploring.Programs;

namespace AsyncKit.Testing.Tests.Exploring;

/// <summary>The environment variables belong to the process, so nothing else runs meanwhile.</summary>
[Collection(nameof(ExploreVariablesTests))]
[CollectionDefinition(nameof(ExploreVariablesTests), DisableParallelization = true)]
public class ExploreVariablesTests
{
    private const string Seed = "ASYNCKIT_SEED";
    private const string Schedules = "ASYNCKIT_SCHEDULES";
    private const string Replay = "ASYNCKIT_REPLAY";

    private static readonly ExploreOptions _options = new() { Schedules = 10, Seed = 3 };

    [Fact]
    public async Task SeedAndSchedules_StandAboveTheOptions()
    {
        using Variable seed = new(Seed, "77"), schedules = new(Schedules, "25");

        ExploreReport report = await AsyncTest.ExploreAsync(LostUpdate.CorrectAsync, _options);

        Assert.Equal(new ExploreReport(25, 77, IsComplete: false), report);
    }

    [Fact]
    public async Task EmptyVariables_AreNone()
    {
        using Variable seed = new(Seed, ""), schedules = new(Schedules, ""), replay = new(Replay, "");

        ExploreReport report = await AsyncTest.ExploreAsync(LostUpdate.CorrectAsync, _options);

        Assert.Equal(new ExploreReport(10, 3, IsComplete: false), report);
    }

    [Theory]
    [InlineData(Seed, "-1")]
    [InlineData(Seed, "abc")]
    [InlineData(Schedules, "0")]
    [InlineData(Schedules, "1e3")]
    [InlineData(Schedules, "99999999999")]
    public void AWrongValue_IsRefused_WithTheNameOfTheVariable(string name, string value)
    {
        using Variable wrong = new(name, value);

        var thrown = Assert.Throws<InvalidOperationException>(
            () => { _ = AsyncTest.ExploreAsync(LostUpdate.CorrectAsync); });

        Assert.Contains(name, thrown.Message, StringComparison.Ordinal);
        Assert.Contains($"'{value}'", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AToken_IsReplayedInsteadOfExploring()
    {
        string token = (await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.ExploreAsync(LateWorker.BuggyAsync))).Token!;
        using Variable replay = new(Replay, token);

        var replayed = await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.ExploreAsync(LateWorker.BuggyAsync));
        ExploreReport report = await AsyncTest.ExploreAsync(LateWorker.CorrectAsync);

        Assert.Equal(token, replayed.Token);
        Assert.StartsWith("The replayed schedule fails:", replayed.Message, StringComparison.Ordinal);
        Assert.Equal(1, report.Schedules);
    }

    [Fact]
    public async Task AToken_IsReplayedByCancelEverywhere()
    {
        string token = (await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.CancelEverywhereAsync(BodyAsync)))
            .Token!;
        using Variable replay = new(Replay, token);

        var replayed = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.CancelEverywhereAsync(BodyAsync));

        Assert.StartsWith("The replayed schedule fails:", replayed.Message, StringComparison.Ordinal);

        static async Task BodyAsync(TestEnv env, CancellationToken cancellationToken)
        {
            await env.YieldAsync();
            if (cancellationToken.IsCancellationRequested) throw new InvalidDataException();
        }
    }

    [Fact]
    public void AGarbledToken_IsRefused()
    {
        using Variable replay = new(Replay, "AK1-garbled");

        var thrown = Assert.Throws<InvalidOperationException>(
            () => { _ = AsyncTest.ExploreAsync(LostUpdate.CorrectAsync); });

        Assert.Contains("AK1-garbled", thrown.Message, StringComparison.Ordinal);
        Assert.Contains(Replay, thrown.Message, StringComparison.Ordinal);
    }

    private sealed class Variable : IDisposable
    {
        private readonly string _name;
        private readonly string? _before;

        public Variable(string name, string value)
        {
            _name = name;
            _before = Environment.GetEnvironmentVariable(name);
            Environment.SetEnvironmentVariable(name, value);
        }

        public void Dispose() => Environment.SetEnvironmentVariable(_name, _before);
    }
}
