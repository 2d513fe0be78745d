using AsyncKit.Concurrency;
using AsyncKit.Errors;
using AsyncKit.Testing;
using AsyncKit.Tests.Stress;
using AsyncKit.Tests.Synchronization;

namespace AsyncKit.Tests.Concurrency;

/// <summary>What holds in every order that an exploration comes to.</summary>
[Collection(typeof(Alone))]
public class TaskGroupExploredTests
{
    private static readonly ExploreOptions _options = new() { Schedules = 150, Leaks = LeakChecks.All };

    [Fact]
    public Task ChildrenThatSpawn_WhileTheBodyEnds_AreAllWaitedFor() => AsyncTest.ExploreAsync(
        static async env =>
        {
            var ended = 0;

            await TaskGroup.RunAsync(async group =>
            {
                for (var i = 0; i < 2; i++) _ = group.Run(_ => SpawnAsync(group));
                await env.YieldAsync();
            });

            Assert.Equal(4, ended);

            async ValueTask SpawnAsync(TaskGroup group)
            {
                await env.YieldAsync();
                _ = group.Run(async _ =>
                {
                    await env.YieldAsync();
                    ended++;
                });
                ended++;
            }
        },
        _options);

    [Fact]
    public Task AFaultAndACancellationThatMeet_EndTheGroupOneWay_WithNothingLeft() => AsyncTest.ExploreAsync(
        static async env =>
        {
            using var caller = new CancellationTokenSource();
            var running = 0;
            var hasFaulted = false;

            Task run = TaskGroup.RunAsync(
                async group =>
                {
                    _ = group.Run(token => WorkAsync(faults: true, token));
                    _ = group.Run(token => WorkAsync(faults: false, token));
                    await env.YieldAsync();
                    group.CancellationToken.ThrowIfCancellationRequested();
                },
                cancellationToken: caller.Token);
            Task cancelling = env.Start("canceller", AtOnce.Do(caller.Cancel));
            Settled outcome = await Settled.CaptureAsync(_ => run);
            await cancelling;

            Assert.Equal(0, running);
            Assert.Equal(hasFaulted, run.IsFaulted);
            if (!outcome.IsCompletedSuccessfully && !hasFaulted) AssertIsBy(outcome.Exception, caller.Token);

            async ValueTask WorkAsync(bool faults, CancellationToken token)
            {
                running++;
                await env.YieldAsync();
                running--;
                token.ThrowIfCancellationRequested();
                if (!faults) return;
                hasFaulted = true;
                throw new IOException("broken");
            }
        },
        _options);

    [Fact]
    public Task TwoFaultsThatMeet_AreBothTold() => AsyncTest.ExploreAsync(
        static async env =>
        {
            Task run = TaskGroup.RunAsync(group =>
            {
                for (var i = 0; i < 2; i++)
                {
                    _ = group.Run(async _ =>
                    {
                        await env.YieldAsync();
                        throw new IOException("broken");
                    });
                }

                return ValueTask.CompletedTask;
            });

            await Assert.ThrowsAsync<IOException>(() => run);
            Assert.Equal(2, run.Exception!.InnerExceptions.Count);
        },
        _options);

    [Fact]
    public Task AReadyChildAndACancelledGroupThatMeet_EndTheStartOneWay() => AsyncTest.ExploreAsync(
        static async env =>
        {
            var isReady = false;
            Task? start = null;

            Task run = TaskGroup.RunAsync(async group =>
            {
                start = group.StartAsync(async (ready, token) =>
                {
                    await env.YieldAsync();
                    token.ThrowIfCancellationRequested();
                    ready();
                    isReady = true;
                });
                await env.Start("canceller", AtOnce.Do(() => group.Cancel("enough")));
            });

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
            Settled outcome = await Settled.CaptureAsync(_ => start!);
            Assert.Equal(isReady, outcome.IsCompletedSuccessfully);
        },
        _options);

    [Fact]
    public Task CancelledAnywhere_NothingIsLeft() => AsyncTest.CancelEverywhereAsync(
        static async (env, token) =>
        {
            var running = 0;
            Settled<int> outcome = await Settled.CaptureAsync(stop => TaskGroup.RunAsync(
                async group =>
                {
                    for (var i = 0; i < 3; i++) _ = group.Run(WorkAsync);
                    return await group.Run(async child =>
                    {
                        await WorkAsync(child);
                        return 1;
                    });
                },
                new TaskGroupOptions { MaxConcurrency = 2 },
                stop), token);

            Assert.Equal(0, running);
            if (!outcome.IsCompletedSuccessfully) AssertIsBy(outcome.Exception, token);

            async ValueTask WorkAsync(CancellationToken stop)
            {
                running++;
                try
                {
                    await Task.Delay(TimeSpan.FromSeconds(1), env.Time, stop);
                }
                finally
                {
                    running--;
                }
            }
        },
        _options);

    private static void AssertIsBy(Exception? exception, CancellationToken token) =>
        Assert.Equal(token, Assert.IsAssignableFrom<OperationCanceledException>(exception).CancellationToken);
}
