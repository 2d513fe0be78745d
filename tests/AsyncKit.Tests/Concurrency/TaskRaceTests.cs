using AsyncKit.Concurrency;
using AsyncKit.Errors;
using AsyncKit.Testing;
using AsyncKit.Tests.Synchronization;

namespace AsyncKit.Tests.Concurrency;

public class TaskRaceTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);
    private static readonly ExploreOptions _options = new() { Schedules = 150, Leaks = LeakChecks.All };

    [Fact]
    public Task TheFirstSuccess_Wins_AndTheOthersAreCancelledAndWaitedFor() => AsyncTest.RunAsync(async env =>
    {
        var cleanedUp = 0;

        string winner = await TaskRace.FirstSuccessAsync<string>([SlowAsync, FailAsync, QuickAsync, SlowAsync]);

        Assert.Equal("quick", winner);
        Assert.Equal(2, cleanedUp);
        Assert.Equal(3 * _second, env.Elapsed);

        async ValueTask<string> QuickAsync(CancellationToken token)
        {
            await Task.Delay(2 * _second, env.Time, token);
            return "quick";
        }

        async ValueTask<string> FailAsync(CancellationToken token)
        {
            await Task.Delay(_second, env.Time, token);
            throw new IOException("no answer");
        }

        async ValueTask<string> SlowAsync(CancellationToken token)
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, env.Time, token);
                return "slow";
            }
            finally
            {
                await Task.Delay(_second, env.Time, CancellationToken.None);
                cleanedUp++;
            }
        }
    });

    [Fact]
    public async Task AContenderThatWinsInItsCall_LeavesTheNextUnstarted()
    {
        int winner = await TaskRace.FirstSuccessAsync<int>([
            static _ => ValueTask.FromResult(1),
            static _ =>
            {
                Assert.Fail("It was started.");
                return ValueTask.FromResult(2);
            },
        ]);

        Assert.Equal(1, winner);
    }

    [Fact]
    public async Task MethodsThatReturnTasks_AreTakenToo()
    {
        Assert.Equal(1, await TaskRace.FirstSuccessAsync<int>([InATaskAsync]));
        Assert.Equal(1, await TaskRace.StaggeredAsync<int>([InATaskAsync], _second));

        static Task<int> InATaskAsync(CancellationToken cancellationToken) => Task.FromResult(1);
    }

    [Fact]
    public Task WhenAllFail_EachFaultIsTold_InTheOrderTheyHappened() => AsyncTest.RunAsync(async env =>
    {
        Task<int> race = TaskRace.FirstSuccessAsync<int>([Fails(env, 2), Fails(env, 1), Fails(env, 3)]);

        Assert.Equal("after 1", (await Assert.ThrowsAsync<IOException>(() => race)).Message);
        Assert.Equal(
            ["after 1", "after 2", "after 3"], race.Exception!.InnerExceptions.Select(fault => fault.Message));
    });

    [Fact]
    public async Task ACancellationNobodyAskedFor_IsAFault_AndAnotherMayWin()
    {
        var foreign = new OperationCanceledException("not ours");

        int winner = await TaskRace.FirstSuccessAsync<int>([_ => throw foreign, static _ => ValueTask.FromResult(1)]);
        Assert.Equal(1, winner);
        Task<int> race = TaskRace.FirstSuccessAsync<int>([_ => throw foreign]);

        Assert.Same(foreign, await Assert.ThrowsAsync<OperationCanceledException>(() => race));
        Assert.True(race.IsFaulted);
    }

    [Fact]
    public Task TheCallersCancellation_EndsTheRace_WithTheCallersToken() => AsyncTest.RunAsync(async env =>
    {
        using var caller = new CancellationTokenSource();
        Task<int> race = TaskRace.FirstSuccessAsync<int>([Succeeds(env, 9), Succeeds(env, 9)], null, caller.Token);
        await env.IdleAsync();

        await caller.CancelAsync();

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => race);
        Assert.Equal(caller.Token, cancelled.CancellationToken);
        Assert.True(race.IsCanceled);
    });

    [Fact]
    public async Task CancelledBeforeTheCall_NothingIsStarted()
    {
        var token = new CancellationToken(canceled: true);

        Task<int> race = TaskRace.StaggeredAsync<int>(
            [
                static _ =>
                {
                    Assert.Fail("It was started.");
                    return ValueTask.FromResult(1);
                },
            ],
            _second,
            null,
            token);

        Assert.Equal(token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => race)).CancellationToken);
    }

    [Fact]
    public Task AFault_IsNotDroppedBecauseTheCallerAlsoCancelled() => AsyncTest.RunAsync(async env =>
    {
        using var caller = new CancellationTokenSource();
        Task<int> race = TaskRace.FirstSuccessAsync<int>([Fails(env, 1), Succeeds(env, 9)], null, caller.Token);
        await Task.Delay(2 * _second, env.Time);

        await caller.CancelAsync();

        Assert.Equal("after 1", (await Assert.ThrowsAsync<IOException>(() => race)).Message);
    });

    [Fact]
    public Task AValueThatComesAfterTheCallersCancellation_Wins() => AsyncTest.RunAsync(async env =>
    {
        using var caller = new CancellationTokenSource();
        Task<int> race = TaskRace.FirstSuccessAsync<int>(
            [
                async _ =>
                {
                    await Task.Delay(_second, env.Time, CancellationToken.None);
                    return 1;
                },
            ],
            null,
            caller.Token);

        await caller.CancelAsync();

        Assert.Equal(1, await race);
    });

    [Fact]
    public Task ResultsOfLosers_AreDisposed_AndWhatGoesWrongIsToldLate() => AsyncTest.RunAsync(async env =>
    {
        var late = new List<string>();
        var winner = new Connection();
        var loser = new Connection();
        var faulty = new Connection(fails: true);

        Connection given = await TaskRace.FirstSuccessAsync<Connection>(
            [Stubborn(1, winner), Stubborn(2, loser), Stubborn(3, faulty), FailsLate()],
            new TaskRaceOptions { OnLateFault = fault => late.Add(fault.Message) });

        Assert.Same(winner, given);
        Assert.Equal((0, 1, 1), (winner.Disposed, loser.Disposed, faulty.Disposed));
        Assert.Equal(["cannot close", "late"], late);

        Func<CancellationToken, ValueTask<Connection>> Stubborn(int seconds, Connection connection) => async _ =>
        {
            await Task.Delay(seconds * _second, env.Time, CancellationToken.None);
            return connection;
        };

        Func<CancellationToken, ValueTask<Connection>> FailsLate() => async _ =>
        {
            await Task.Delay(4 * _second, env.Time, CancellationToken.None);
            throw new IOException("late");
        };
    });

    [Fact]
    public Task AResultThatIsTheWinners_IsNotDisposed() => AsyncTest.RunAsync(async _ =>
    {
        var shared = new Connection();

        await TaskRace.FirstSuccessAsync<Connection>([GiveAsync, GiveAsync]);

        Assert.Equal(0, shared.Disposed);

        async ValueTask<Connection> GiveAsync(CancellationToken token)
        {
            await Task.Yield();
            return shared;
        }
    });

    [Fact]
    public Task AbandonLosers_EndsTheRaceAtOnce_AndLosersAreCancelledAndDisposed() => AsyncTest.RunAsync(async env =>
    {
        var loser = new Connection();
        var wasCancelled = false;

        await TaskRace.FirstSuccessAsync<Connection>(
            [
                async token =>
                {
                    await Task.Delay(_second, env.Time, token);
                    return new Connection();
                },
                async token =>
                {
                    await Task.Delay(5 * _second, env.Time, CancellationToken.None);
                    wasCancelled = token.IsCancellationRequested;
                    return loser;
                },
            ],
            new TaskRaceOptions { AbandonLosers = true });

        Assert.Equal((_second, 0), (env.Elapsed, loser.Disposed));
        await Task.Delay(9 * _second, env.Time);
        Assert.Equal((true, 1), (wasCancelled, loser.Disposed));
    });

    [Fact]
    public Task Staggered_StartsTheNextAfterTheDelay_OrWhenOneHasFailed() => AsyncTest.RunAsync(async env =>
    {
        var started = new List<(string, double)>();

        string winner = await TaskRace.StaggeredAsync<string>(
            [
                async token =>
                {
                    Start("slow");
                    await Task.Delay(9 * _second, env.Time, token);
                    return "slow";
                },
                async token =>
                {
                    Start("broken");
                    await Task.Delay(_second, env.Time, token);
                    throw new IOException("broken");
                },
                async token =>
                {
                    Start("quick");
                    await Task.Delay(_second, env.Time, token);
                    return "quick";
                },
                _ =>
                {
                    Assert.Fail("It was started.");
                    return ValueTask.FromResult("never");
                },
            ],
            2 * _second,
            new TaskRaceOptions { TimeProvider = env.Time });

        Assert.Equal("quick", winner);
        Assert.Equal([("slow", 0), ("broken", 2), ("quick", 3)], started);
        Assert.Equal(4 * _second, env.Elapsed);

        void Start(string who) => started.Add((who, env.Elapsed.TotalSeconds));
    });

    [Fact]
    public Task Staggered_AnEarlierContenderThatWins_EndsTheWaitForTheNext() => AsyncTest.RunAsync(async env =>
    {
        string winner = await TaskRace.StaggeredAsync<string>(
            [
                async token =>
                {
                    await Task.Delay(3 * _second, env.Time, token);
                    return "first";
                },
                async token =>
                {
                    await Task.Delay(9 * _second, env.Time, token);
                    return "second";
                },
                async token =>
                {
                    await Task.Delay(9 * _second, env.Time, token);
                    return "third";
                },
            ],
            2 * _second,
            new TaskRaceOptions { TimeProvider = env.Time });

        Assert.Equal("first", winner);
        Assert.Equal(3 * _second, env.Elapsed);
    });

    [Fact]
    public Task Staggered_WithoutADelay_IsAFallback() => AsyncTest.RunAsync(async env =>
    {
        int winner = await TaskRace.StaggeredAsync<int>(
            [Fails(env, 3), Succeeds(env, 4)],
            Timeout.InfiniteTimeSpan,
            new TaskRaceOptions { TimeProvider = env.Time });

        Assert.Equal(4, winner);
        Assert.Equal(7 * _second, env.Elapsed);
    });

    [Fact]
    public Task Staggered_AClockThatFails_IsAFault_AndWhoRunsMayStillWin() => AsyncTest.RunAsync(async env =>
    {
        var options = new TaskRaceOptions { TimeProvider = FailingTimers() };

        Assert.Equal(1, await TaskRace.StaggeredAsync<int>([Succeeds(env, 1), Succeeds(env, 2)], _second, options));
        Task<int> race = TaskRace.StaggeredAsync<int>([Fails(env, 1), Succeeds(env, 2)], _second, options);

        await Assert.ThrowsAsync<NotSupportedException>(() => race);
        Assert.Equal(["no timers", "after 1"], race.Exception!.InnerExceptions.Select(fault => fault.Message));

        static FailingClock FailingTimers()
        {
            var clock = new FailingClock();
            clock.Fail(first: 1, count: int.MaxValue, () => new NotSupportedException("no timers"));
            return clock;
        }
    });

    [Fact]
    public void BadArguments_AreRefused()
    {
        Assert.Throws<ArgumentException>("contenders", () => { _ = TaskRace.FirstSuccessAsync<int>(NoContenders()); });
        Assert.Contains("number 1", Assert.Throws<ArgumentException>(
            "contenders",
            () => { _ = TaskRace.FirstSuccessAsync<int>([static _ => ValueTask.FromResult(1), null!]); }).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(
            "delay", () => { _ = TaskRace.StaggeredAsync<int>([static _ => ValueTask.FromResult(1)], -2 * _second); });
        Assert.Throws<ArgumentException>("options", () =>
        {
            _ = TaskRace.FirstSuccessAsync<int>(
                [static _ => ValueTask.FromResult(1)], new TaskRaceOptions { TimeProvider = null! });
        });

        static IEnumerable<Func<CancellationToken, ValueTask<int>>> NoContenders() => [];
    }

    [Fact]
    public Task Explored_OneWins_AndTheOthersLeaveNothing() => AsyncTest.ExploreAsync(
        static async env =>
        {
            using var caller = new CancellationTokenSource();
            var running = 0;
            var made = new List<Connection>();
            Task canceller = env.Start("canceller", AtOnce.Do(caller.Cancel));

            Settled<Connection> end = await Settled.CaptureAsync(
                token => TaskRace.StaggeredAsync<Connection>(
                    [ConnectAsync, ConnectAsync, ConnectAsync],
                    _second,
                    new TaskRaceOptions { TimeProvider = env.Time },
                    token),
                caller.Token);
            await canceller;

            Assert.Equal(0, running);
            Assert.Equal(made.Count - (end.IsCompletedSuccessfully ? 1 : 0), made.Sum(one => one.Disposed));
            if (end.TryGetValue(out Connection? winner)) Assert.Equal(0, winner.Disposed);
            else Assert.True(end.IsCanceled);

            async ValueTask<Connection> ConnectAsync(CancellationToken token)
            {
                running++;
                try
                {
                    await env.DelayAsync(_second, token);
                    var connection = new Connection();
                    made.Add(connection);
                    return connection;
                }
                finally
                {
                    running--;
                }
            }
        },
        _options);

    [Fact]
    public Task CancelledAnywhere_NothingIsLeft() => AsyncTest.CancelEverywhereAsync(
        static async (env, token) =>
        {
            var running = 0;
            Settled<int> end = await Settled.CaptureAsync(
                stop => TaskRace.StaggeredAsync<int>(
                    [WorkAsync, WorkAsync], _second, new TaskRaceOptions { TimeProvider = env.Time }, stop),
                token);

            Assert.Equal(0, running);
            Assert.True(end.IsCompletedSuccessfully || end.IsCanceled);

            async ValueTask<int> WorkAsync(CancellationToken stop)
            {
                running++;
                try
                {
                    await env.DelayAsync(1.5 * _second, stop);
                    return 1;
                }
                finally
                {
                    running--;
                }
            }
        },
        _options);

    private static Func<CancellationToken, ValueTask<int>> Succeeds(TestEnv env, int seconds) => async token =>
    {
        await Task.Delay(seconds * _second, env.Time, token);
        return seconds;
    };

    private static Func<CancellationToken, ValueTask<int>> Fails(TestEnv env, int seconds) => async token =>
    {
        await Task.Delay(seconds * _second, env.Time, token);
        throw new IOException($"after {seconds}");
    };

    private sealed class Connection(bool fails = false) : IDisposable
    {
        public int Disposed { get; private set; }

        public void Dispose()
        {
            Disposed++;
            if (fails) throw new IOException("cannot close");
        }
    }
}
