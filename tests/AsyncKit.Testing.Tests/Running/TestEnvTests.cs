namespace AsyncKit.Testing.Tests.Running;

public class TestEnvTests
{
    [Fact]
    public Task Start_BeginsInAStepOfItsOwn_InOrder() => AsyncTest.RunAsync(async env =>
    {
        List<string> order = [];
        Task first = env.Start("first", () => AddAsync("first"));
        Task second = env.Start("second", () => AddAsync("second"));
        order.Add("caller");

        await Task.WhenAll(first, second);

        Assert.Equal(["caller", "first", "second"], order);
        Assert.Contains(env.Trace, static step => step.Strand is "second");

        Task AddAsync(string name)
        {
            order.Add(name);
            return Task.CompletedTask;
        }
    });

    [Fact]
    public Task Start_GivesTheValueOfTheWork() => AsyncTest.RunAsync(static async env =>
        Assert.Equal(3, await env.Start("work", static () => Task.FromResult(3))));

    [Fact]
    public async Task AStartedStrandThatHasNotEnded_IsALeak()
    {
        var thrown = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(static env =>
        {
            _ = env.Start("forgotten", static () => new TaskCompletionSource().Task);
            return Task.CompletedTask;
        }));

        Assert.Equal(AsyncTestFailure.Leak, thrown.Failure);
        Assert.Contains("'forgotten'", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFaultOfAStartedStrandThatNobodyLookedAt_IsALeak()
    {
        var thrown = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(static async env =>
        {
            _ = env.Start("lost", static () => Task.FromException(new FormatException("nobody sees me")));
            await env.IdleAsync();
        }));

        Assert.Contains("nobody sees me", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public Task AFaultOfAStartedStrandThatWasAwaited_IsNone() => AsyncTest.RunAsync(static env =>
        Assert.ThrowsAsync<FormatException>(
            () => env.Start("seen", static () => Task.FromException(new FormatException()))));

    [Fact]
    public async Task Background_IsCancelledAndAwaitedAtTheEnd()
    {
        var ticks = 0;
        var hasEnded = false;

        await AsyncTest.RunAsync(env =>
        {
            env.Background("ticker", async token =>
            {
                try
                {
                    while (true)
                    {
                        await env.DelayAsync(TimeSpan.FromSeconds(1), token);
                        ticks++;
                    }
                }
                finally
                {
                    await env.DelayAsync(TimeSpan.FromSeconds(5), CancellationToken.None);
                    hasEnded = true;
                }
            });
            return env.DelayAsync(TimeSpan.FromSeconds(10.5));
        });

        Assert.Equal(10, ticks);
        Assert.True(hasEnded);
    }

    [Fact]
    public async Task AFaultOfBackgroundWork_FailsTheTestAtOnce()
    {
        var thrown = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(static env =>
        {
            env.Background("server", static _ => Task.FromException(new FormatException()));
            return env.DelayAsync(TimeSpan.FromDays(1));
        }));

        Assert.Equal(AsyncTestFailure.Unhandled, thrown.Failure);
        Assert.IsType<FormatException>(thrown.InnerException);
        Assert.Contains("'server'", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AFaultOfBackgroundWork_InTheLastStepOfTheTest_FailsItToo(bool bodyFails)
    {
        Task run = AsyncTest.RunAsync(async env =>
        {
            env.Background("server", async end =>
            {
                await Task.WhenAny(env.DelayAsync(Timeout.InfiniteTimeSpan, end));
                throw new FormatException();
            });
            await env.YieldAsync();
            if (bodyFails) throw new InvalidDataException();
        });
        await Assert.ThrowsAnyAsync<Exception>(() => run);

        var failures = run.Exception!.InnerExceptions;
        Assert.Equal(bodyFails ? 2 : 1, failures.Count);
        Assert.IsType<FormatException>(failures[^1].InnerException);
    }

    [Fact]
    public Task IdleAsync_ComesWhenAllOthersWait_AndMovesNoTime() => AsyncTest.RunAsync(static async env =>
    {
        var steps = 0;
        Task work = WorkAsync();

        await env.IdleAsync();

        Assert.Equal(4, steps);
        Assert.Equal(TimeSpan.Zero, env.Elapsed);
        await work;

        async Task WorkAsync()
        {
            for (var i = 0; i < 3; i++)
            {
                await Task.Run(() => steps++);
                await Task.Yield();
            }

            steps++;
            await env.DelayAsync(TimeSpan.FromSeconds(1));
        }
    });

    [Fact]
    public Task YieldAsync_LetsOthersRunOnce() => AsyncTest.RunAsync(static async env =>
    {
        List<int> order = [];
        await Task.WhenAll(RunAsync(1), RunAsync(2));

        Assert.Equal([1, 2, 1, 2], order);

        async Task RunAsync(int number)
        {
            order.Add(number);
            await env.YieldAsync();
            order.Add(number);
        }
    });

    [Fact]
    public Task ExternalAsync_HoldsTheClock() => AsyncTest.RunAsync(static async env =>
    {
        Task delay = env.DelayAsync(TimeSpan.FromSeconds(1));
        var real = new TaskCompletionSource<int>();
        ThreadPool.UnsafeQueueUserWorkItem(static real => real.SetResult(5), real, preferLocal: false);

        int value = await env.ExternalAsync(() => real.Task);

        Assert.Equal(5, value);
        Assert.Equal(TimeSpan.Zero, env.Elapsed);
        await delay;
    });

    [Fact]
    public async Task Always_FailsAtTheStepThatBreaksIt()
    {
        var thrown = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(static async env =>
        {
            var balance = 1;
            env.Always(() => balance >= 0, "the balance is never negative");
            await env.DelayAsync(TimeSpan.FromSeconds(2));
            balance -= 2;
            await env.YieldAsync();
            balance += 2;
        }));

        Assert.Equal(AsyncTestFailure.Invariant, thrown.Failure);
        Assert.Contains("the balance is never negative", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("At virtual time 00:00:02", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public Task Describe_NamesTheMethodsThatWait_AndTheTimers() => AsyncTest.RunAsync(static async env =>
    {
        Task waiting = WaitForDayAsync(env);

        string text = env.Describe();

        Assert.Contains("TestEnvTests.WaitForDayAsync", text, StringComparison.Ordinal);
        Assert.Contains("1.00:00:00: timer of Task.Delay", text, StringComparison.Ordinal);
        await waiting;
    });

    [Fact]
    public async Task AfterTheTest_NothingCanBeStarted()
    {
        TestEnv ended = await AsyncTest.RunAsync(Task.FromResult);

        Assert.Throws<InvalidOperationException>(() => { _ = ended.Start("late", static () => Task.CompletedTask); });
        Assert.Throws<InvalidOperationException>(() => ended.Background("late", static _ => Task.CompletedTask));
    }

    private static async Task WaitForDayAsync(TestEnv env) => await env.DelayAsync(TimeSpan.FromDays(1));
}
