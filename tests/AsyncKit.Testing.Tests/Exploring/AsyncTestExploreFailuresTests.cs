using System.Runtime.CompilerServices;
using AsyncKit.Testing.Tests.Exploring.Programs;

namespace AsyncKit.Testing.Tests.Exploring;

/// <summary>Failures of every kind are found where the schedule decides, shrunk, reported and replayed.</summary>
public class AsyncTestExploreFailuresTests
{
    private static readonly Dictionary<AsyncTestFailure, Func<TestEnv, Task>> _failing = new()
    {
        [AsyncTestFailure.Thrown] = static _ => throw new InvalidDataException("thrown by the body"),
        [AsyncTestFailure.Assertion] = static env =>
            AsyncAssert.CompletesWithinAsync(new TaskCompletionSource().Task, TimeSpan.FromSeconds(1)),
        [AsyncTestFailure.Deadlock] = static _ => new TaskCompletionSource().Task,
        [AsyncTestFailure.Leak] = static env =>
        {
            _ = env.Start("forgotten", static () => new TaskCompletionSource().Task);
            return Task.CompletedTask;
        },
        [AsyncTestFailure.Invariant] = static async env =>
        {
            var balance = 0;
            env.Always(() => balance >= 0, "the balance is never negative");
            await env.YieldAsync();
            balance--;
            await env.YieldAsync();
        },
        [AsyncTestFailure.Unhandled] = static async env =>
        {
            // What the compiler makes of an async void method that throws.
            var method = AsyncVoidMethodBuilder.Create();
            await env.YieldAsync();
            method.SetException(new InvalidDataException("of an async void method"));
            await env.YieldAsync();
        },
        [AsyncTestFailure.StepLimit] = static async env =>
        {
            while (true) await env.YieldAsync();
        },
        [AsyncTestFailure.BlockingCall] = static _ =>
        {
            using var never = new ManualResetEventSlim();
            never.Wait();
            return Task.CompletedTask;
        },
    };

    public static TheoryData<AsyncTestFailure> Kinds => [.. _failing.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task AFailureThatTheScheduleDecides_IsFoundReportedAndReplayed(AsyncTestFailure kind)
    {
        var options = new ExploreOptions { MaxSteps = 60 };

        var found = await Assert.ThrowsAnyAsync<AsyncTestException>(() => AsyncTest.ExploreAsync(BodyAsync, options));

        Assert.Equal(kind, found.Failure);
        Assert.Contains("At virtual time 00:00:0", found.Message, StringComparison.Ordinal);
        Assert.Contains("\nSteps:\n", found.Message, StringComparison.Ordinal);
        Assert.Contains(" second: ", found.Message, StringComparison.Ordinal);
        Assert.Contains(", before first: ", found.Message, StringComparison.Ordinal);
        for (var i = 0; i < 10; i++)
        {
            var replayed = await Assert.ThrowsAnyAsync<AsyncTestException>(
                () => AsyncTest.ReplayAsync(found.Token!, BodyAsync, options));
            Assert.Equal(kind, replayed.Failure);
            Assert.Equal(found.Token, replayed.Token);
            Assert.Equal(found.InnerException!.Message, replayed.InnerException!.Message);
        }

        async Task BodyAsync(TestEnv env)
        {
            if (await Race.SecondWinsAsync(env)) await _failing[kind](env);
        }
    }

    // When the body has ended, what is still ready goes on: its order is a part of the schedule.
    [Fact]
    public async Task AFailureAfterTheEndOfTheBody_IsReplayed()
    {
        var found = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.ExploreAsync(BodyAsync));

        Assert.Equal(AsyncTestFailure.Leak, found.Failure);
        var replayed = await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.ReplayAsync(found.Token!, BodyAsync));
        Assert.Equal(found.InnerException!.Message, replayed.InnerException!.Message);

        static async Task BodyAsync(TestEnv env)
        {
            var order = "";
            for (var i = 1; i <= 3; i++)
            {
                int number = i;
                _ = env.Start($"strand {number}", async () =>
                {
                    await env.YieldAsync();
                    order += number;
                    if (order is "321") throw new InvalidDataException("the order is reversed");
                });
            }

            await env.YieldAsync();
        }
    }

    [Fact]
    public async Task TheCancellationOfABody_ThatNobodyAskedFor_IsAFailure()
    {
        var found = await Assert.ThrowsAnyAsync<AsyncTestException>(() => AsyncTest.ExploreAsync(static async env =>
        {
            if (await Race.SecondWinsAsync(env)) await Task.FromCanceled(new CancellationToken(canceled: true));
        }));

        Assert.Equal(AsyncTestFailure.Thrown, found.Failure);
        Assert.IsType<TaskCanceledException>(found.InnerException);
    }
}
