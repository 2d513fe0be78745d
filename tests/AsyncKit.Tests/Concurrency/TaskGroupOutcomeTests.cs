using AsyncKit.Concurrency;
using AsyncKit.Errors;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Concurrency;

/// <summary>How a group ends when children or the body fault, when somebody cancels, and when both meet.</summary>
public class TaskGroupOutcomeTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact]
    public Task FailFast_TheFirstFault_CancelsTheOthers_AndWaitsForThem() => AsyncTest.RunAsync(async env =>
    {
        var fault = new IOException("broken");
        var cleanedUp = 0;
        Task? failed = null;

        Task run = TaskGroup.RunAsync(async group =>
        {
            failed = group.Run(_ => FaultAfterAsync(env, 1, fault));
            for (var i = 0; i < 2; i++) _ = group.Run(WaitAsync);
            await Task.Delay(Timeout.InfiniteTimeSpan, env.Time, group.CancellationToken);
        });

        Assert.Same(fault, await Assert.ThrowsAsync<IOException>(() => run));
        Assert.Equal(2, cleanedUp);
        Assert.Same(fault, Assert.Single(run.Exception!.InnerExceptions));
        Assert.Same(fault, failed!.Exception!.InnerException);
        Assert.Equal(2 * _second, env.Elapsed);

        async ValueTask WaitAsync(CancellationToken token)
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, env.Time, token);
            }
            finally
            {
                await Task.Delay(_second, env.Time, CancellationToken.None);
                cleanedUp++;
            }
        }
    });

    [Fact]
    public Task EachFault_IsToldOnce_InTheOrderTheyHappened() => AsyncTest.RunAsync(async env =>
    {
        Task run = TaskGroup.RunAsync(async group =>
        {
            Task first = group.Run(_ => FaultAfterAsync(env, 1, new IOException("first")));
            _ = group.Run(_ => FaultAfterAsync(env, 2, new IOException("second")));

            // The same fault comes out of a child that waits for the first, and out of the body.
            _ = group.Run(async _ => await first);
            await first;
        });

        Assert.Equal("first", (await Assert.ThrowsAsync<IOException>(() => run)).Message);
        Assert.Equal(["first", "second"], run.Exception!.InnerExceptions.Select(fault => fault.Message));
    });

    [Fact]
    public Task AFaultOfTheBody_CancelsTheChildren() => AsyncTest.RunAsync(async env =>
    {
        Task? child = null;

        Task run = TaskGroup.RunAsync(async group =>
        {
            child = group.Run(async token => await Task.Delay(Timeout.InfiniteTimeSpan, env.Time, token));
            await FaultAfterAsync(env, 1, new IOException("body"));
        });

        Assert.Equal("body", (await Assert.ThrowsAsync<IOException>(() => run)).Message);
        Assert.True(child!.IsCanceled);
    });

    [Fact]
    public async Task WhatTheBodyThrowsInTheCall_FaultsTheTask()
    {
        Task run = TaskGroup.RunAsync(new Func<TaskGroup, ValueTask>(static _ => throw new IOException("at once")));

        await Assert.ThrowsAsync<IOException>(() => run);
    }

    [Fact]
    public async Task ACancellationNobodyAskedFor_IsAFault()
    {
        var foreign = new OperationCanceledException("not ours");

        Task run = TaskGroup.RunAsync(async group => await group.Run(
            new Func<CancellationToken, ValueTask>(_ => throw foreign)));

        Assert.Same(foreign, await Assert.ThrowsAsync<OperationCanceledException>(() => run));
        Assert.True(run.IsFaulted);
    }

    [Fact]
    public Task TheCallersCancellation_EndsTheGroup_WithTheCallersToken() => AsyncTest.RunAsync(async env =>
    {
        using var caller = new CancellationTokenSource();
        Task<int> run = TaskGroup.RunAsync(
            group =>
            {
                _ = group.Run(async token => await Task.Delay(Timeout.InfiniteTimeSpan, env.Time, token));
                return ValueTask.FromResult(1);
            },
            cancellationToken: caller.Token);
        await env.IdleAsync();

        await caller.CancelAsync();

        // The body gave its value, but the group did not do its work.
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(caller.Token, cancelled.CancellationToken);
        Assert.IsAssignableFrom<OperationCanceledException>(cancelled.InnerException);
        Assert.True(run.IsCanceled);
    });

    [Fact]
    public async Task CancelledBeforeTheCall_NothingIsStarted()
    {
        var token = new CancellationToken(canceled: true);

        Task run = TaskGroup.RunAsync(
            static _ =>
            {
                Assert.Fail("The body has begun.");
                return ValueTask.CompletedTask;
            },
            cancellationToken: token);

        Assert.Equal(token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run)).CancellationToken);
    }

    [Fact]
    public async Task AChildThatIsAskedForTooLate_IsNotBegun_AndTheGroupIsCancelled()
    {
        using var caller = new CancellationTokenSource();
        Task? late = null;

        Task run = TaskGroup.RunAsync(
            async group =>
            {
                await caller.CancelAsync();
                late = group.Run(static _ =>
                {
                    Assert.Fail("The child has begun.");
                    return ValueTask.CompletedTask;
                });
                Assert.Equal(0, group.RunningCount);
            },
            cancellationToken: caller.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.True(late!.IsCanceled);
    }

    [Fact]
    public async Task CancelledWhenAllWorkWasDone_TheGroupGivesItsValue()
    {
        using var caller = new CancellationTokenSource();

        int value = await TaskGroup.RunAsync(
            async group =>
            {
                await group.Run(static async _ => await Task.Yield());
                await caller.CancelAsync();
                return 1;
            },
            cancellationToken: caller.Token);

        Assert.Equal(1, value);
    }

    [Fact]
    public Task TheTimeout_CancelsTheChildren_AndIsATimeout() => AsyncTest.RunAsync(async env =>
    {
        Task run = TaskGroup.RunAsync(
            group =>
            {
                _ = group.Run(async token => await Task.Delay(Timeout.InfiniteTimeSpan, env.Time, token));
                return ValueTask.CompletedTask;
            },
            new TaskGroupOptions { Timeout = 5 * _second, TimeProvider = env.Time, Name = "slow" });

        var timeout = await Assert.ThrowsAsync<TimeoutException>(() => run);
        Assert.Equal("TaskGroup \"slow\" was cancelled because its limit of 00:00:05 had passed.", timeout.Message);
        Assert.IsAssignableFrom<OperationCanceledException>(timeout.InnerException);
        Assert.Equal(5 * _second, env.Elapsed);
    });

    [Fact]
    public Task AValueThatComesAfterTheTimeout_IsGiven() => AsyncTest.RunAsync(async env =>
    {
        int value = await TaskGroup.RunAsync(
            async _ =>
            {
                await Task.Delay(9 * _second, env.Time);
                return 1;
            },
            new TaskGroupOptions { Timeout = 5 * _second, TimeProvider = env.Time });

        Assert.Equal(1, value);
    });

    [Fact]
    public Task Cancel_EndsTheGroup_WithItsTokenAndTheReason() => AsyncTest.RunAsync(async env =>
    {
        CancellationToken token = default;
        Task<int> run = TaskGroup.RunAsync(group =>
        {
            token = group.CancellationToken;
            _ = group.Run(async stop => await Task.Delay(Timeout.InfiniteTimeSpan, env.Time, stop));
            group.Cancel("The shop is closed.");
            group.Cancel("Only the first reason counts.");
            return ValueTask.FromResult(1);
        });

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(("The shop is closed.", token), (cancelled.Message, cancelled.CancellationToken));
        Assert.True(run.IsCanceled);
        Assert.True(token.IsCancellationRequested);
    });

    [Fact]
    public async Task Cancel_IsACancellation_AlsoWhenNothingWasCut()
    {
        Task run = TaskGroup.RunAsync(static group =>
        {
            group.Cancel("Nobody is interested.");
            return ValueTask.CompletedTask;
        });

        Assert.Equal(
            "Nobody is interested.", (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run)).Message);
    }

    [Fact]
    public Task Cancel_StopsTheClock() => AsyncTest.RunAsync(async env =>
    {
        Task run = TaskGroup.RunAsync(
            async group =>
            {
                group.Cancel("first");
                await Task.Delay(9 * _second, env.Time);
            },
            new TaskGroupOptions { Timeout = 5 * _second, TimeProvider = env.Time });

        Assert.Equal("first", (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run)).Message);
    });

    [Fact]
    public Task Cancel_AfterTheTimeout_ChangesNothing() => AsyncTest.RunAsync(async env =>
    {
        Task run = TaskGroup.RunAsync(
            async group =>
            {
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, env.Time, group.CancellationToken);
                }
                finally
                {
                    group.Cancel("too late");
                }
            },
            new TaskGroupOptions { Timeout = 5 * _second, TimeProvider = env.Time });

        await Assert.ThrowsAsync<TimeoutException>(() => run);
    });

    [Fact]
    public Task AFault_IsNotDroppedBecauseSomebodyAlsoCancelled() => AsyncTest.RunAsync(async env =>
    {
        using var caller = new CancellationTokenSource();
        Task run = TaskGroup.RunAsync(
            group =>
            {
                _ = group.Run(async token =>
                {
                    try
                    {
                        await Task.Delay(Timeout.InfiniteTimeSpan, env.Time, token);
                    }
                    catch (OperationCanceledException e)
                    {
                        throw new IOException("real", e);
                    }
                });
                return ValueTask.CompletedTask;
            },
            cancellationToken: caller.Token);
        await env.IdleAsync();

        await caller.CancelAsync();

        Assert.Equal("real", (await Assert.ThrowsAsync<IOException>(() => run)).Message);
    });

    [Fact]
    public Task CollectAll_LetsTheOthersGoOn_KeepsTheFirstFaults_AndCountsAll() => AsyncTest.RunAsync(async env =>
    {
        var ended = 0;

        Task run = TaskGroup.RunAsync(
            async group =>
            {
                for (var i = 1; i <= 3; i++)
                {
                    int number = i;
                    _ = group.Run(_ => FaultAfterAsync(env, number, new IOException($"child {number}")));
                }

                _ = group.Run(async token =>
                {
                    await Task.Delay(9 * _second, env.Time, token);
                    ended++;
                });
                await FaultAfterAsync(env, 4, new IOException("body"));
            },
            new TaskGroupOptions { Policy = TaskGroupPolicy.CollectAll, MaxErrors = 2 });

        var faults = await Assert.ThrowsAsync<CollectedFaultsException>(() => run);
        Assert.Equal(["child 1", "child 2"], faults.InnerExceptions.Select(fault => fault.Message));
        Assert.Equal((4, 1), (faults.FaultCount, ended));
    });

    [Fact]
    public Task Supervise_TellsTheFaultsOfChildren_AndGoesOn() => AsyncTest.RunAsync(async env =>
    {
        var told = new List<(string, string?)>();

        int value = await TaskGroup.RunAsync(
            async group =>
            {
                Task failed = group.Run(_ => FaultAfterAsync(env, 1, new IOException("down")), "weather");
                Task<int> works = group.Run(async token =>
                {
                    await Task.Delay(2 * _second, env.Time, token);
                    return 1;
                });
                await Assert.ThrowsAsync<IOException>(() => failed);
                return await works;
            },
            new TaskGroupOptions
            {
                Policy = TaskGroupPolicy.Supervise,
                OnChildFault = (fault, name) => told.Add((fault.Message, name)),
            });

        Assert.Equal(1, value);
        Assert.Equal([("down", "weather")], told);
    });

    [Fact]
    public Task Supervise_AFaultOfTheBody_IsOneOfTheGroup() => AsyncTest.RunAsync(async env =>
    {
        Task? child = null;

        Task run = TaskGroup.RunAsync(
            async group =>
            {
                child = group.Run(async token => await Task.Delay(Timeout.InfiniteTimeSpan, env.Time, token));
                await Task.Yield();
                throw new IOException("body");
            },
            new TaskGroupOptions { Policy = TaskGroupPolicy.Supervise, OnChildFault = static (_, _) => { } });

        await Assert.ThrowsAsync<IOException>(() => run);
        Assert.True(child!.IsCanceled);
    });

    [Fact]
    public async Task WhatACancellationCallbackThrows_IsReportedToo()
    {
        Task run = TaskGroup.RunAsync(async group =>
        {
            CancellationTokenRegistration faulty =
                group.CancellationToken.Register(static () => throw new InvalidOperationException("callback"));
            await Task.Yield();
            throw new IOException("body");
        });

        await Assert.ThrowsAsync<IOException>(() => run);
        Assert.Equal(["body", "callback"], run.Exception!.InnerExceptions.Select(fault => fault.Message));
    }

    [Fact]
    public Task WhatACallbackThrowsWhenTheTimeHasPassed_IsReportedToo() => AsyncTest.RunAsync(async env =>
    {
        Task run = TaskGroup.RunAsync(
            async group =>
            {
                _ = group.CancellationToken.Register(static () => throw new InvalidOperationException("callback"));
                await Task.Delay(Timeout.InfiniteTimeSpan, env.Time, group.CancellationToken);
            },
            new TaskGroupOptions { Timeout = _second, TimeProvider = env.Time });

        Assert.Equal("callback", (await Assert.ThrowsAsync<InvalidOperationException>(() => run)).Message);
    });

    [Fact]
    public Task ANestedGroup_IsCancelledWithTheOuterOne() => AsyncTest.RunAsync(async env =>
    {
        Task? inner = null;

        Task outer = TaskGroup.RunAsync(async group =>
        {
            inner = group.Run(token => TaskGroup.RunAsync(
                async innerGroup =>
                    await innerGroup.Run(async stop => await Task.Delay(Timeout.InfiniteTimeSpan, env.Time, stop)),
                cancellationToken: token));
            await FaultAfterAsync(env, 1, new IOException("outer"));
        });

        await Assert.ThrowsAsync<IOException>(() => outer);
        Assert.Single(outer.Exception!.InnerExceptions);
        Assert.True(inner!.IsCanceled);
    });

    private static async ValueTask FaultAfterAsync(TestEnv env, int seconds, Exception fault)
    {
        await Task.Delay(TimeSpan.FromSeconds(seconds), env.Time);
        throw fault;
    }
}
