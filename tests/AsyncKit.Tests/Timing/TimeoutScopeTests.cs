using AsyncKit.Testing;
using AsyncKit.Timing;

namespace AsyncKit.Tests.Timing;

public class TimeoutScopeTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact]
    public Task WorkThatGetsOn_MovesItsLimit() => AsyncTest.RunAsync(async env =>
    {
        int parts = await Timeouts.RunAsync(
            async (scope, token) =>
            {
                for (var part = 0; part < 10; part++)
                {
                    await Task.Delay(2 * _second, env.Time, token);
                    scope.Reschedule(3 * _second);
                    Assert.Equal(3 * _second, scope.Remaining);
                    Assert.False(scope.HasExpired);
                }

                return 10;
            },
            Deadline.After(3 * _second, env.Time));

        Assert.Equal(10, parts);
        Assert.Equal(20 * _second, env.Elapsed);
    });

    [Fact]
    public Task TheLimitThatHoldsInTheEnd_IsTheOneThatIsNamed() => AsyncTest.RunAsync(async env =>
    {
        TimeoutScope? kept = null;

        var timeout = await Assert.ThrowsAsync<TimeoutException>(() => Timeouts.RunAsync(
            async (scope, token) =>
            {
                kept = scope;
                scope.Reschedule(_second);
                await Task.Delay(Timeout.InfiniteTimeSpan, env.Time, token);
            },
            Deadline.After(9 * _second, env.Time)));

        Assert.Contains("00:00:01", timeout.Message, StringComparison.Ordinal);
        Assert.Equal(_second, env.Elapsed);
        Assert.Equal((true, TimeSpan.Zero), (kept!.HasExpired, kept.Remaining));
        var late = Assert.Throws<InvalidOperationException>(() => kept.Reschedule(_second));
        Assert.Contains("00:00:01 has passed", late.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task ALimitThatIsTakenAway_NeverPasses_AndOneThatIsGivenDoes() => AsyncTest.RunAsync(async env =>
    {
        await Timeouts.RunAsync(
            async (scope, token) =>
            {
                scope.Reschedule(Timeout.InfiniteTimeSpan);
                await Task.Delay(60 * _second, env.Time, token);
            },
            Deadline.After(_second, env.Time));

        await Assert.ThrowsAsync<TimeoutException>(() => Timeouts.RunAsync(
            async (scope, token) =>
            {
                scope.Reschedule(Deadline.After(_second, env.Time));
                Assert.Equal(_second, scope.Deadline.Timeout);
                await Task.Delay(Timeout.InfiniteTimeSpan, env.Time, token);
            },
            Deadline.Never));
    });

    [Fact]
    public Task ALimitMovedIntoThePast_PassesAtOnce() => AsyncTest.RunAsync(async env =>
        await Assert.ThrowsAsync<TimeoutException>(() => Timeouts.RunAsync(
            async (scope, token) =>
            {
                scope.Reschedule(TimeSpan.Zero);
                Assert.True(token.IsCancellationRequested);
                await Task.Delay(Timeout.InfiniteTimeSpan, env.Time, token);
            },
            Deadline.After(_second, env.Time))));

    [Fact]
    public async Task AScopeWhoseWorkHasEnded_CannotBeMoved()
    {
        TimeoutScope? kept = null;
        await Timeouts.RunAsync(
            (scope, _) =>
            {
                kept = scope;
                return ValueTask.CompletedTask;
            },
            _second);

        Assert.Throws<InvalidOperationException>(() => kept!.Reschedule(_second));
        Assert.Throws<ArgumentOutOfRangeException>("timeout", () => kept!.Reschedule(-2 * _second));
        Assert.False(kept!.HasExpired);
    }

    [Fact]
    public async Task MethodsThatReturnTasks_AreTakenToo()
    {
        await Timeouts.RunAsync(InATaskAsync, _second);
        Assert.Equal(1, await Timeouts.RunAsync(ValueInATaskAsync, _second));

        static Task InATaskAsync(TimeoutScope scope, CancellationToken cancellationToken) => Task.CompletedTask;

        static Task<int> ValueInATaskAsync(TimeoutScope scope, CancellationToken cancellationToken) =>
            Task.FromResult(1);
    }

    [Fact]
    public Task AMoveAndADeadlineThatMeet_AreOneOrTheOther() => AsyncTest.ExploreAsync(
        static async env =>
        {
            var hasMoved = false;
            TimeoutScope? kept = null;
            Task run = Timeouts.RunAsync(
                async (scope, token) =>
                {
                    kept = scope;
                    Task moving = env.Start("mover", async () =>
                    {
                        await env.DelayAsync(_second);
                        try
                        {
                            scope.Reschedule(9 * _second);
                            hasMoved = true;
                        }
                        catch (InvalidOperationException)
                        {
                            Assert.True(scope.HasExpired);
                        }
                    });
                    await moving;
                    await env.DelayAsync(_second, token);
                },
                Deadline.After(_second, env.Time));

            try
            {
                await run;
                Assert.True(hasMoved);
            }
            catch (TimeoutException)
            {
                Assert.True(kept!.HasExpired);
            }
        },
        new ExploreOptions { Schedules = 200, Leaks = LeakChecks.All });

    [Fact]
    public Task ACallerAndADeadlineThatMeet_EndTheWorkOneWay() => AsyncTest.ExploreAsync(
        static async env =>
        {
            using var caller = new CancellationTokenSource();
            Task canceller = env.Start("canceller", async () =>
            {
                await env.DelayAsync(_second);
                Cancel();
            });
            Task run = Timeouts.RunAsync(
                token => env.DelayAsync(Timeout.InfiniteTimeSpan, token),
                Deadline.After(_second, env.Time),
                caller.Token);

            try
            {
                await run;
                Assert.Fail("The work was not cut.");
            }
            catch (OperationCanceledException e)
            {
                Assert.Equal(caller.Token, e.CancellationToken);
            }
            catch (TimeoutException)
            {
                // Nothing to add: the deadline came first.
            }

            await canceller;

            void Cancel() => caller.Cancel();
        },
        new ExploreOptions { Schedules = 200, Leaks = LeakChecks.All });

    [Fact]
    public Task CancelledAnywhere_TheWorkHasEnded() => AsyncTest.CancelEverywhereAsync(
        static async (env, token) =>
        {
            var running = 0;
            try
            {
                await Timeouts.RunAsync(
                    async (scope, stop) =>
                    {
                        running++;
                        try
                        {
                            await env.DelayAsync(_second, stop);
                            scope.Reschedule(_second);
                            await env.DelayAsync(2 * _second, stop);
                        }
                        finally
                        {
                            running--;
                        }
                    },
                    Deadline.After(2 * _second, env.Time),
                    token);
            }
            catch (OperationCanceledException e)
            {
                Assert.Equal(token, e.CancellationToken);
            }
            catch (Exception e) when (e is TimeoutException or InvalidOperationException)
            {
                // The time may have run ahead of the work: the limit has passed, and cannot be moved any more.
            }

            Assert.Equal(0, running);
        },
        new ExploreOptions { Schedules = 200, Leaks = LeakChecks.All });
}
