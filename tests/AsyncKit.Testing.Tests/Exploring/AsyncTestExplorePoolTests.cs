using System.Threading.Channels;
using AsyncKit.Testing.Tests.Running;
using AsyncKit.Testing.Tests.Stress;

namespace AsyncKit.Testing.Tests.Exploring;

/// <summary>Explorations of tests that cross the thread pool.</summary>
[Collection(typeof(Alone))]
public class AsyncTestExplorePoolTests
{
    private const int Replays = 100;

    private static readonly Dictionary<string, Func<TestEnv, Task>> _buggy = new(StringComparer.Ordinal)
    {
        ["Task.Run"] = CountInTasksAsync,
        ["ConfigureAwait(false)"] = CountInALibraryAsync,
        ["channel"] = ReadFromAChannelAsync,
    };

    public static TheoryData<string> Programs => [.. _buggy.Keys];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task ABug_IsFound_TwiceTheSame_AndReplayedEachTime(string name)
    {
        Func<TestEnv, Task> body = _buggy[name];
        foreach (ulong seed in LongSuite.Seeds.Take(LongSuite.IsOn ? 5 : 1))
        {
            var options = new ExploreOptions { Seed = seed };
            var found = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.ExploreAsync(body, options));
            var again = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.ExploreAsync(body, options));

            Assert.Equal(found.Token, again.Token);
            Assert.Equal(found.Message, again.Message);
            for (var i = 0; i < Replays; i++)
            {
                var replayed = await Assert.ThrowsAsync<AsyncTestException>(
                    () => AsyncTest.ReplayAsync(found.Token!, body));
                Assert.Equal(found.InnerException!.Message, replayed.InnerException!.Message);
            }
        }
    }

    [Fact]
    public async Task WorkOfAllKinds_PassesManySchedules()
    {
        int schedules = LongSuite.IsOn ? 1_000 : 100;

        ExploreReport report = await AsyncTest.ExploreAsync(
            MixedWork.RunAsync, new ExploreOptions { Schedules = schedules });

        Assert.Equal(schedules, report.Schedules);
    }

    // Such a thread comes when the operating system lets it: a run in which nothing else can go on is no deadlock.
    [Fact]
    public async Task AThreadOfItsOwn_IsWaitedFor()
    {
        ExploreReport report = await AsyncTest.ExploreAsync(
            static async env =>
            {
                await Task.Factory.StartNew(
                    static () => { },
                    TestContext.Current.CancellationToken,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default);
                await env.YieldAsync();
            },
            new ExploreOptions { Schedules = 200 });

        Assert.Equal(200, report.Schedules);
    }

    private static async Task CountInTasksAsync(TestEnv env)
    {
        var count = 0;
        await Task.WhenAll(Task.Run(() => AddAsync(1)), Task.Run(() => AddAsync(3)));
        Assert.Equal(2, count);

        async Task AddAsync(int yields)
        {
            for (var i = 1; i < yields; i++) await Task.Yield();
            int before = count;
            await Task.Yield();
            count = before + 1;
        }
    }

    private static async Task CountInALibraryAsync(TestEnv env)
    {
        var turns = new SemaphoreSlim(1);
        var count = 0;
        await Task.WhenAll(AddAsync(1), AddAsync(3));
        Assert.Equal(2, count);

        async Task AddAsync(int turn)
        {
            for (var i = 1; i < turn; i++) await WaitForTurnAsync().ConfigureAwait(false);
            int before = count;
            await WaitForTurnAsync().ConfigureAwait(false);
            count = before + 1;
        }

        async Task WaitForTurnAsync()
        {
            await turns.WaitAsync().ConfigureAwait(false);
            await Task.Run(static () => { }).ConfigureAwait(false);
            turns.Release();
        }
    }

    private static async Task ReadFromAChannelAsync(TestEnv env)
    {
        var channel = Channel.CreateUnbounded<int>();
        List<int> read = [];
        await Task.WhenAll(ReadAsync(), ReadAsync(), WriteAsync());
        Assert.Equal([0, 1, 2, 3], read);

        async Task WriteAsync()
        {
            for (var i = 0; i < 4; i++)
            {
                await channel.Writer.WriteAsync(i).ConfigureAwait(false);
                await Task.Run(static () => { }).ConfigureAwait(false);
            }

            channel.Writer.Complete();
        }

        async Task ReadAsync()
        {
            await foreach (int item in channel.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                // With two readers, what was read first need not be handled first.
                await Task.Run(static () => { }).ConfigureAwait(false);
                read.Add(item);
            }
        }
    }
}
