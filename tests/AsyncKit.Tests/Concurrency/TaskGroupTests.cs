using AsyncKit.Concurrency;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Concurrency;

public class TaskGroupTests
{
    public static TheoryData<TaskGroupOptions, string> Wrong { get; } = new()
    {
        {
            new TaskGroupOptions { Policy = (TaskGroupPolicy)7 },
            "Policy must be FailFast, CollectAll or Supervise, but was 7."
        },
        { new TaskGroupOptions { MaxConcurrency = 0 }, "MaxConcurrency must be at least 1, but was 0." },
        {
            new TaskGroupOptions { Timeout = TimeSpan.FromSeconds(-2) },
            "Timeout must be from zero to 4294967294 ms, or infinite, but was -00:00:02."
        },
        { new TaskGroupOptions { Policy = TaskGroupPolicy.Supervise }, "OnChildFault must be set to supervise." },
        {
            new TaskGroupOptions { OnChildFault = static (_, _) => { } },
            "OnChildFault is called only to supervise, but Policy was FailFast."
        },
        { new TaskGroupOptions { MaxErrors = 0 }, "MaxErrors must be at least 1, but was 0." },
        { new TaskGroupOptions { TimeProvider = null! }, "TimeProvider must not be null." },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void AWrongOption_IsRefused_ByItsRule(TaskGroupOptions options, string rule)
    {
        var refused = Assert.Throws<ArgumentException>(
            nameof(options), () => { _ = TaskGroup.RunAsync(DoNothingAsync, options); });

        Assert.StartsWith(rule, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public Task TheGroup_EndsWhenTheBodyAndAllChildrenHave() => AsyncTest.RunAsync(async env =>
    {
        var ended = new List<string>();

        string value = await TaskGroup.RunAsync(async group =>
        {
            _ = group.Run(token => EndAfterAsync("slow", 3, token));
            _ = group.Run(token => EndAfterAsync("quick", 1, token));
            await EndAfterAsync("body", 2, group.CancellationToken);
            Assert.Equal(1, group.RunningCount);
            return "value";
        });

        Assert.Equal("value", value);
        Assert.Equal(["quick", "body", "slow"], ended);
        Assert.Equal(TimeSpan.FromSeconds(3), env.Elapsed);

        async ValueTask EndAfterAsync(string who, int seconds, CancellationToken token)
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds), env.Time, token);
            ended.Add(who);
        }
    });

    [Fact]
    public async Task TasksOfChildren_AreThere_WhenTheGroupHasEnded()
    {
        for (var round = 0; round < 100; round++)
        {
            Task<int>? child = null;

            await TaskGroup.RunAsync(group =>
            {
                child = group.Run(static async _ =>
                {
                    await Task.Yield();
                    return 1;
                });
                return ValueTask.CompletedTask;
            });

            Assert.True(child!.IsCompletedSuccessfully);
        }
    }

    [Fact]
    public async Task ValueTasksAndTasks_AreTaken_WithAndWithoutAValue()
    {
        var ran = 0;

        await TaskGroup.RunAsync(AddWithGroupAsync);
        Assert.Equal(2, await TaskGroup.RunAsync(CountWithGroupAsync));
        await TaskGroup.RunAsync(async group =>
        {
            await group.Run(AddAsync);
            Assert.Equal(4, await group.Run(CountAsync));
            await group.Run(async token => await AddAsync(token));
            Assert.Equal(6, await group.Run(async token => await CountAsync(token)));
            await group.StartAsync(ReadyInATaskAsync);
            Assert.Equal("ready", await group.StartAsync<string>(ReadyWithATaskAsync));
        });

        Assert.Equal(8, ran);

        Task AddWithGroupAsync(TaskGroup group) => AddAsync(group.CancellationToken);

        Task<int> CountWithGroupAsync(TaskGroup group) => CountAsync(group.CancellationToken);

        Task AddAsync(CancellationToken cancellationToken) => CountAsync(cancellationToken);

        Task<int> CountAsync(CancellationToken cancellationToken) => Task.FromResult(++ran);

        Task ReadyInATaskAsync(Action ready, CancellationToken cancellationToken)
        {
            ready();
            return CountAsync(cancellationToken);
        }

        Task ReadyWithATaskAsync(Action<string> ready, CancellationToken cancellationToken)
        {
            ready("ready");
            return CountAsync(cancellationToken);
        }
    }

    [Fact]
    public Task AChild_StartsInTheCall_AndSeesTheTokenOfTheGroup() => TaskGroup.RunAsync(async group =>
    {
        var hasStarted = false;
        var gate = new TaskCompletionSource();

        Task child = group.Run(async token =>
        {
            hasStarted = true;
            Assert.Equal(group.CancellationToken, token);
            await gate.Task;
        });

        Assert.True(hasStarted);
        Assert.Equal(1, group.RunningCount);
        gate.SetResult();
        await child;
        Assert.Equal(0, group.RunningCount);
    });

    [Fact]
    public async Task ChildrenOfChildren_AreWaitedFor_AlsoWhenTheBodyHasEnded()
    {
        var depth = 0;

        await TaskGroup.RunAsync(group =>
        {
            _ = group.Run(_ => SpawnAsync(group));
            return ValueTask.CompletedTask;
        });

        Assert.Equal(10, depth);

        async ValueTask SpawnAsync(TaskGroup group)
        {
            await Task.Yield();
            if (++depth < 10) _ = group.Run(_ => SpawnAsync(group));
        }
    }

    [Fact]
    public async Task AGroupThatHasEnded_TakesNoMoreChildren()
    {
        TaskGroup? ended = null;
        await TaskGroup.RunAsync(
            group =>
            {
                ended = group;
                return ValueTask.CompletedTask;
            },
            new TaskGroupOptions { Name = "over" });

        var refused = Assert.Throws<InvalidOperationException>(
            () => { _ = ended!.Run(static _ => default(ValueTask)); });

        Assert.Contains("TaskGroup \"over\" has ended", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, ended!.RunningCount);
        ended.Cancel("harmless");
        Assert.False(ended.CancellationToken.IsCancellationRequested);
    }

    [Fact]
    public Task MaxConcurrency_LetsTheOthersWait_FirstComeFirstServed() => AsyncTest.RunAsync(async env =>
    {
        var started = new List<(int Child, double At)>();

        await TaskGroup.RunAsync(
            group =>
            {
                for (var child = 0; child < 5; child++)
                {
                    int number = child;
                    _ = group.Run(async token =>
                    {
                        started.Add((number, env.Elapsed.TotalSeconds));
                        await Task.Delay(TimeSpan.FromSeconds(1), env.Time, token);
                    });
                }

                Assert.Equal(5, group.RunningCount);
                return ValueTask.CompletedTask;
            },
            new TaskGroupOptions { MaxConcurrency = 2 });

        Assert.Equal([(0, 0), (1, 0), (2, 1), (3, 1), (4, 2)], started);
    });

    [Fact]
    public async Task AChild_RunsInTheContextOfWhoCalled_AlsoWhenItHadToWait()
    {
        var context = new CountingContext();
        var seen = new List<SynchronizationContext?>();
        var gate = new TaskCompletionSource();
        SynchronizationContext? own = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        Task run;
        try
        {
            run = TaskGroup.RunAsync(
                group =>
                {
                    _ = group.Run(_ => SeeAsync());
                    _ = group.Run(_ => SeeAsync());
                    return ValueTask.CompletedTask;
                },
                new TaskGroupOptions { MaxConcurrency = 1 });
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(own);
        }

        gate.SetResult();
        await run;

        Assert.Equal([context, context, context, context], seen);

        async ValueTask SeeAsync()
        {
            seen.Add(SynchronizationContext.Current);
            await gate.Task;
            seen.Add(SynchronizationContext.Current);
        }
    }

    [Fact]
    public async Task AnAsyncLocal_IsThatOfWhoCalled_AndWhatAChildSetsStaysWithIt()
    {
        var ambient = new AsyncLocal<string> { Value = "caller" };

        await TaskGroup.RunAsync(async group =>
        {
            ambient.Value = "body";
            await group.Run(_ =>
            {
                Assert.Equal("body", ambient.Value);
                ambient.Value = "child";
                return ValueTask.CompletedTask;
            });
            Assert.Equal("body", ambient.Value);
        });

        Assert.Equal("caller", ambient.Value);
    }

    [Fact]
    public Task StartAsync_ReturnsWhenTheChildIsReady_AndTheChildGoesOn() => AsyncTest.RunAsync(async env =>
    {
        var hasEnded = false;

        await TaskGroup.RunAsync(async group =>
        {
            int port = await group.StartAsync<int>(async (ready, token) =>
            {
                await Task.Delay(TimeSpan.FromSeconds(1), env.Time, token);
                ready(80);
                await Task.Delay(TimeSpan.FromSeconds(5), env.Time, token);
                hasEnded = true;
            });

            Assert.Equal(80, port);
            Assert.Equal(TimeSpan.FromSeconds(1), env.Elapsed);
            Assert.Equal(1, group.RunningCount);
        });

        Assert.True(hasEnded);
    });

    [Fact]
    public Task AFaultBeforeReady_IsTheCallersAlone_AndOneAfterIsTheGroups() => AsyncTest.RunAsync(async env =>
    {
        Task run = TaskGroup.RunAsync(async group =>
        {
            await Assert.ThrowsAsync<IOException>(() => group.StartAsync(static async (_, _) =>
            {
                await Task.Yield();
                throw new IOException("before");
            }));
            Assert.False(group.CancellationToken.IsCancellationRequested);

            await group.StartAsync(async (ready, token) =>
            {
                ready();
                await Task.Delay(TimeSpan.FromSeconds(1), env.Time, token);
                throw new IOException("after");
            });
        });

        await Assert.ThrowsAsync<IOException>(() => run);
        Assert.Equal(["after"], run.Exception!.InnerExceptions.Select(fault => fault.Message));
    });

    [Fact]
    public Task AChildThatNeverIsReady_OrTwice_IsToldSo() => TaskGroup.RunAsync(async group =>
    {
        var never = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            group.StartAsync(static async (_, _) => await Task.Yield()));
        Assert.Contains("never said that it was ready", never.Message, StringComparison.Ordinal);

        await group.StartAsync(static (ready, _) =>
        {
            ready();
            Assert.Contains(
                "said before", Assert.Throws<InvalidOperationException>(ready).Message, StringComparison.Ordinal);
            return ValueTask.CompletedTask;
        });
    });

    [Fact]
    public async Task AStartThatIsCancelled_OrComesTooLate_IsCancelled()
    {
        Task? waiting = null;
        Task? late = null;

        Task run = TaskGroup.RunAsync(group =>
        {
            waiting = group.StartAsync(static async (_, token) =>
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token));
            group.Cancel("enough");
            late = group.StartAsync((_, _) =>
            {
                Assert.Fail("The child has begun.");
                return ValueTask.CompletedTask;
            });
            return ValueTask.CompletedTask;
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting!);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => late!);
    }

    [Fact]
    public void ToString_NamesTheGroup()
    {
        string? named = null;
        string? unnamed = null;

        _ = TaskGroup.RunAsync(Keep(group => named = group.ToString()), new TaskGroupOptions { Name = "dashboard" });
        _ = TaskGroup.RunAsync(Keep(group => unnamed = group.ToString()));

        Assert.Equal(("TaskGroup \"dashboard\"", "TaskGroup"), (named, unnamed));

        static Func<TaskGroup, ValueTask> Keep(Action<TaskGroup> look) => group =>
        {
            look(group);
            return ValueTask.CompletedTask;
        };
    }

    private static ValueTask DoNothingAsync(TaskGroup group) => ValueTask.CompletedTask;

    /// <summary>Runs what it is given on the thread pool, as itself.</summary>
    private sealed class CountingContext : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => ThreadPool.UnsafeQueueUserWorkItem(
            _ =>
            {
                SetSynchronizationContext(this);
                d(state);
                SetSynchronizationContext(null);
            },
            null);
    }
}
